"""Row 9 of the fault table: archives that would write elsewhere, or without end."""

import gzip
import io
import tarfile
import tracemalloc
import zipfile

import pytest

from helpers.base.errors import ArtefactDamagedError, UnsafePathError
from helpers.data import archives


def zip_of(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tar_of(path, infos, mode="w"):
    with tarfile.open(path, mode) as archive:
        for info, content in infos:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def assert_refused(archive, tmp_path, **options):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UnsafePathError) as caught:
        archives.unpack(archive, tmp_path / "out" / "data", **options)
    assert archive.name in str(caught.value)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == [path for path in before if path.is_file()]


OUTSIDE = ["../x", "a/../../x", "/etc/x", "C:/x", "..\\x", "a\\x", "a\nb", "x:stream"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_09_a_zip_member_that_leads_out_is_refused(tmp_path, name):
    members = [("good.txt", b"good"), (name, b"bad")]
    assert_refused(zip_of(tmp_path / "a.zip", members), tmp_path)


@pytest.mark.parametrize("name", OUTSIDE)
def test_09_a_tar_member_that_leads_out_is_refused(tmp_path, name):
    infos = [(member("good.txt"), b"good"), (member(name), b"bad")]
    assert_refused(tar_of(tmp_path / "a.tar", infos), tmp_path)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_09_links_and_devices_are_refused(tmp_path, kind):
    infos = [(member("link", kind, "/etc"), b""), (member("link/x"), b"bad")]
    assert_refused(tar_of(tmp_path / "a.tar", infos), tmp_path)


def test_09_a_link_in_a_zip_is_refused(tmp_path):
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    assert_refused(zip_of(tmp_path / "a.zip", [(info, "/etc")]), tmp_path)


@pytest.mark.parametrize(
    "names",
    [
        ("a/x.jpg", "a/X.jpg"),
        ("A/x.jpg", "a/y.jpg"),
        ("a", "a/x.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
        ("x.jpg", "x.jpg"),
    ],
)
def test_09_names_that_fall_together_are_refused(tmp_path, names):
    infos = [(member(name), b"x") for name in names]
    assert_refused(tar_of(tmp_path / "a.tar", infos), tmp_path)


def test_09_a_zip_bomb_is_refused(tmp_path):
    zeros = bytes(100 * 2**20)
    assert_refused(zip_of(tmp_path / "bomb.zip", [("zeros", zeros)]), tmp_path)
    bomb = tar_of(tmp_path / "bomb.tgz", [(member("zeros"), zeros)], "w:gz")
    assert_refused(bomb, tmp_path)


def test_09_a_zip_that_lies_about_its_size_is_cut_while_it_unpacks(tmp_path):
    path = zip_of(tmp_path / "liar.zip", [("zeros", bytes(3_000_000))])
    content = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), b"\1\0\0\0")
    path.write_bytes(content)
    with pytest.raises(Exception) as caught:
        archives.unpack(path, tmp_path / "out", max_bytes=1_000_000)
    assert type(caught.value).__name__ in {"UnsafePathError", "ArtefactDamagedError"}
    assert [p.name for p in tmp_path.rglob("*")] == ["liar.zip"]


def test_09_more_than_the_given_limit_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", [("a", b"x" * 60), ("b", b"y" * 60)])
    assert_refused(path, tmp_path, max_bytes=100)
    assert len(archives.unpack(path, tmp_path / "ok", max_bytes=120)) == 2


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_08_a_name_that_no_disk_takes_is_refused(tmp_path, make):
    name = "a" * 256
    members = [(name, b"x") if make is zip_of else (member(name), b"x")]
    assert_refused(make(tmp_path / "a.archive", members), tmp_path)


def test_09_a_tar_header_without_end_is_not_read_into_memory(tmp_path):
    """`tarfile` reads a long name as a whole: 600 MB of it took 1.9 GB of memory."""
    n_bytes = 64 * 2**20
    info = member("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    info.size = n_bytes
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(info.tobuf())
        for _ in range(n_bytes // 2**20):
            packed.write(b"a" * 2**20)
        packed.write(member("x").tobuf() + bytes(1024))
    tracemalloc.start()
    with pytest.raises(ArtefactDamagedError, match="a header of 67,108,864 bytes"):
        archives.unpack(path, tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20
    assert not (tmp_path / "out").exists()
