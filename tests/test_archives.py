"""Archives that are as they should be, and ones that are damaged."""

import io
import re
import tarfile
import zipfile

import pytest

from helpers.base.errors import (
    ArtefactDamagedError,
    DataMissingError,
    DiskError,
    UnsafePathError,
)
from helpers.data import archives

FILES = {"a/one.txt": b"one", "a/b/two with space é.txt": b"two" * 1000, "three": b""}


def zipped(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("empty/", b"")
        for name, content in FILES.items():
            archive.writestr(name, content)
    return path


def tarred(path, mode):
    with tarfile.open(path, mode) as archive:
        archive.addfile(_folder("."))
        for name, content in FILES.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def _folder(name):
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE
    return info


@pytest.mark.parametrize("kind", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_archives_unpack_as_they_were(tmp_path, kind):
    # The name says nothing: the content does.
    path = tmp_path / "archive.data"
    zipped(path) if kind == "zip" else tarred(path, kind)
    files = archives.unpack(path, tmp_path / "deep" / "out")
    out = tmp_path / "deep" / "out"
    found = {file.relative_to(out).as_posix(): file.read_bytes() for file in files}
    assert found == FILES
    assert [item.name for item in out.parent.iterdir()] == ["out"]


def test_an_empty_target_is_taken_and_a_full_one_refused(tmp_path):
    path = zipped(tmp_path / "a.zip")
    out = tmp_path / "out"
    out.mkdir()
    archives.unpack(path, out)
    with pytest.raises(UnsafePathError, match="not empty"):
        archives.unpack(path, out)
    assert (out / "a" / "one.txt").read_bytes() == b"one"


def test_no_archive_is_said(tmp_path):
    with pytest.raises(DataMissingError):
        archives.unpack(tmp_path / "none.zip", tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x1f\x8b\x08" + bytes(20)])
def test_what_is_no_archive_is_said(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ArtefactDamagedError):
        archives.unpack(path, tmp_path / "out")
    assert [item.name for item in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize("kind", ["zip", "w:gz", "w:xz"])
def test_a_damaged_archive_leaves_nothing(tmp_path, kind):
    path = tmp_path / "a"
    zipped(path) if kind == "zip" else tarred(path, kind)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 if kind != "zip" else content.index(b"one.txt") + 9
    for offset in range(middle, middle + 12):
        content[offset] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises((ArtefactDamagedError, UnsafePathError)):
        archives.unpack(path, tmp_path / "out")
    assert [item.name for item in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("local", "central", "byte", "error"),
    [
        (8, 10, 77, ArtefactDamagedError),  # a way of packing that nobody knows
        (4, 6, 99, ArtefactDamagedError),  # a version of zip to come
        (6, 8, 0x20, ArtefactDamagedError),  # a patch to another archive
        (6, 8, 0x01, UnsafePathError),  # encrypted
        (6, 8, 0x41, UnsafePathError),  # encrypted, strongly
    ],
)
def test_a_zip_that_python_cannot_unpack_is_said(tmp_path, local, central, byte, error):
    path = zipped(tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = content.index(b"a/one.txt", content.index(signature))
        content[content.rindex(signature, 0, at) + offset] = byte
    path.write_bytes(content)
    with pytest.raises(error, match=re.escape(path.name)):
        archives.unpack(path, tmp_path / "out")
    assert [item.name for item in tmp_path.iterdir()] == ["a.zip"]


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    path = zipped(tmp_path / "a.zip")
    monkeypatch.setattr(archives, "_write", full)
    with pytest.raises(DiskError):
        archives.unpack(path, tmp_path / "out")
    assert [item.name for item in tmp_path.iterdir()] == ["a.zip"]
