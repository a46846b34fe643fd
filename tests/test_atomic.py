import errno
import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.base.errors import DiskError
from helpers.storage import atomic


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_and_json_are_written_as_they_are(tmp_path):
    atomic.write_text(tmp_path / "new" / "t.txt", "é\r\n\n")
    assert (tmp_path / "new" / "t.txt").read_bytes() == b"\xc3\xa9\r\n\n"
    path = atomic.write_json(tmp_path / "new" / "j.json", {"b": [1], "a": "é"})
    assert path.read_text("utf-8") == '{\n  "b": [\n    1\n  ],\n  "a": "é"\n}\n'
    assert names(tmp_path / "new") == ["j.json", "t.txt"]


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_json_comes_back(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("json") / "x.json"
    atomic.write_json(path, content)
    assert json.loads(path.read_text("utf-8")) == content


def test_refused_json_leaves_the_old_file(tmp_path):
    path = atomic.write_json(tmp_path / "x.json", 1)
    with pytest.raises(ValueError, match="JSON"):
        atomic.write_json(path, {"loss": float("nan")})
    assert path.read_text() == "1\n" and names(tmp_path) == ["x.json"]


@pytest.mark.parametrize("error", [KeyError("x"), KeyboardInterrupt(), OSError(5, "")])
def test_29_an_error_while_writing_leaves_the_old_file(tmp_path, error):
    path = atomic.write_bytes(tmp_path / "x", b"old")
    with pytest.raises(type(error)), atomic.replacing(path) as partial:
        partial.write_bytes(b"half")
        raise error
    assert path.read_bytes() == b"old" and names(tmp_path) == ["x"]


def test_file_names_of_full_length_can_be_written(tmp_path):
    assert atomic.write_bytes(tmp_path / ("x" * 200 + ".jpg"), b"1").is_file()


KILLED = """
import sys
from pathlib import Path
from helpers.storage import atomic
with atomic.replacing(Path(sys.argv[1])) as partial:
    with partial.open("wb") as handle:
        while True:
            handle.write(b"n" * 65536)
            handle.flush()
            print("writing", flush=True)
"""


def test_29_kill_while_writing_leaves_the_old_file(tmp_path):
    path = atomic.write_bytes(tmp_path / "x", b"old")
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.kill()
    assert path.read_bytes() == b"old"
    left = [name for name in names(tmp_path) if name != "x"]
    assert all(n.startswith(".") and n.endswith(atomic.PARTIAL_SUFFIX) for n in left)


@pytest.mark.parametrize("number", [errno.ENOSPC, getattr(errno, "EDQUOT", 28)])
def test_32_full_disk_names_folder_and_bytes(tmp_path, monkeypatch, number):
    path = atomic.write_bytes(tmp_path / "x", b"old")

    def full(*args):
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="disk is full") as caught:
        atomic.write_bytes(path, b"new" * 1000)
    assert str(tmp_path.name) in caught.value.where
    assert path.read_bytes() == b"old" and names(tmp_path) == ["x"]


@pytest.fixture
def small_disk(tmp_path):
    """Mount a real file system of 64 kB; only root on Linux may."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root and mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_32_really_full_disk(small_disk):
    path = atomic.write_bytes(small_disk / "x", b"old")
    with pytest.raises(DiskError, match="disk is full; 1,000,000 bytes"):
        atomic.write_bytes(path, b"n" * 1_000_000)
    assert path.read_bytes() == b"old" and names(small_disk) == ["x"]


def test_32_really_read_only_disk(small_disk):
    path = atomic.write_bytes(small_disk / "x", b"old")
    command = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(DiskError, match="cannot be written to"):
        atomic.write_bytes(path, b"new")
    with pytest.raises(DiskError, match="cannot be written to"):
        atomic.make_folder(small_disk / "new")
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_32_folder_that_cannot_be_written_to(tmp_path, number):
    with pytest.raises(DiskError, match="cannot be written"):
        with atomic.disk_errors(tmp_path):
            raise OSError(number, "no")


def test_other_errors_of_the_system_stay_what_they_are(tmp_path):
    with pytest.raises(OSError, match="odd") as caught:
        with atomic.disk_errors(tmp_path):
            raise OSError(errno.EIO, "odd")
    assert not isinstance(caught.value, DiskError)


def test_file_where_a_folder_is_needed(tmp_path):
    (tmp_path / "x").write_bytes(b"mine")
    for folder in (tmp_path / "x", tmp_path / "x" / "y"):
        with pytest.raises(DiskError, match="a file stands"):
            atomic.make_folder(folder)
    assert (tmp_path / "x").read_bytes() == b"mine"


def test_free_bytes_of_a_folder_yet_to_be_made(tmp_path):
    free = atomic.free_bytes(tmp_path / "not" / "yet")
    assert 0 < free <= shutil.disk_usage(tmp_path).total


def test_two_writers_at_once_leave_one_whole_file(tmp_path):
    path = tmp_path / "x"
    code = (
        "import sys; from pathlib import Path; from helpers.storage import atomic\n"
        "for _ in range(50): atomic.write_bytes(Path(sys.argv[1]), "
        "sys.argv[2].encode() * 10_000)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), letter])
        for letter in "ab"
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            content = path.read_bytes()
            seen.add((len(content), content[:1] * len(content) == content))
        time.sleep(0.001)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen == {(10_000, True)} and names(tmp_path) == ["x"]
