import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.storage import hashes

# FIPS 180-2, appendix B.1, and the digest of nothing.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_known_digests(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    (tmp_path / "nothing").write_bytes(b"")
    assert hashes.hash_bytes(b"abc") == hashes.hash_file(tmp_path / "abc") == ABC
    assert hashes.hash_file(tmp_path / "nothing") == NOTHING


def test_file_larger_than_a_block(tmp_path):
    content = os.urandom(1000) * 9000
    (tmp_path / "large").write_bytes(content)
    assert hashes.hash_file(tmp_path / "large") == hashlib.sha256(content).hexdigest()


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_json_hash_does_not_depend_on_the_order_of_keys(facts):
    turned = dict(reversed(facts.items()))
    assert hashes.hash_json(facts) == hashes.hash_json(turned)
    assert hashes.hash_json(facts | {"\0more": 1}) != hashes.hash_json(facts)


def test_json_hash_refuses_what_json_cannot_say():
    with pytest.raises(ValueError, match="JSON"):
        hashes.hash_json({"score": float("inf")})


@pytest.mark.parametrize("n_files", [0, 1, 2, 33, 100])
@pytest.mark.parametrize("n_threads", [1, 4])
def test_many_files_keep_their_order(tmp_path, n_files, n_threads):
    contents = [str(i).encode() * i for i in range(n_files)]
    files = [tmp_path / f"{i}" for i in range(n_files)]
    for path, content in zip(files, contents, strict=True):
        path.write_bytes(content)
    expected = [hashlib.sha256(content).hexdigest() for content in contents]
    assert hashes.hash_files(files, n_threads) == expected


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        hashes.hash_files([tmp_path / "nowhere"])


def test_listing_is_sorted_and_passes_over_hidden_files(tmp_path):
    for name in ("b/2", "b/1", "B", "a-b", "a/z", ".git/x", ".x.partial", "b/.y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = [p.relative_to(tmp_path).as_posix() for p in hashes.list_files(tmp_path)]
    assert found == ["B", "a/z", "a-b", "b/1", "b/2"]
    assert list(hashes.hash_folder(tmp_path)) == found
    assert hashes.hash_folder(tmp_path)["b/1"] == hashes.hash_bytes(b"b/1")


def test_missing_folder_holds_nothing(tmp_path):
    assert hashes.list_files(tmp_path / "nowhere") == []
    assert hashes.hash_folder(tmp_path / "nowhere") == {}


def test_a_folder_that_cannot_be_read_is_not_passed_over(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(PermissionError, match="shut"):
        hashes.list_files(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        hashes.list_files(tmp_path / "x")


def test_10_loop_of_links_does_not_hang(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"abc")
    try:
        (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError as error:
        pytest.skip(f"no links here: {error}")
    assert hashes.hash_folder(tmp_path) == {"a/file": ABC}
