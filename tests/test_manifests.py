import json

import pytest

from helpers.base.errors import ArtefactDamagedError
from helpers.storage import hashes, manifests


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "a.csv").write_bytes(b"a\n")
    (tmp_path / "figures" / "é b.png").write_bytes(b"png")
    (tmp_path / ".x.partial").write_bytes(b"half")
    manifests.write_manifest(tmp_path, seed=42, code="abc")
    return tmp_path


def test_manifest_holds_facts_and_hashes(folder):
    read = manifests.read_manifest(folder)
    assert read == {
        "schema": 1,
        "seed": 42,
        "code": "abc",
        "files": {
            "a.csv": hashes.hash_bytes(b"a\n"),
            "figures/é b.png": hashes.hash_bytes(b"png"),
        },
    }
    assert manifests.write_manifest(folder, seed=42, code="abc") == read
    assert manifests.check_manifest(folder) == []


def test_33_differences_are_named(folder):
    (folder / "a.csv").write_bytes(b"b\n")
    (folder / "figures" / "é b.png").unlink()
    (folder / "new.txt").write_bytes(b"")
    assert manifests.check_manifest(folder) == [
        "a.csv is changed",
        "figures/é b.png is missing",
        "new.txt is extra",
    ]


def test_a_manifest_in_a_folder_below_is_a_file_like_others(folder):
    manifests.write_manifest(folder / "figures")
    assert manifests.check_manifest(folder) == ["figures/manifest.json is extra"]


def test_absent_manifest(tmp_path):
    assert manifests.read_manifest(tmp_path / "nowhere") is None
    assert manifests.read_manifest(tmp_path) is None
    assert manifests.check_manifest(tmp_path) == ["manifest.json is missing"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"schema": 1, "files": {"a.csv": "12',
        b"[]",
        b"\xff\xfe",
        b'{"schema": 1}',
        b'{"schema": 1, "files": {"a": 1}}',
        b'{"schema": 2, "files": {}}',
        b"[" * 100_000,
    ],
)
def test_33_damaged_manifest_is_never_used(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ArtefactDamagedError, match=r"manifest\.json"):
        manifests.check_manifest(folder)


def test_facts_cannot_hide_the_files(folder):
    with pytest.raises(ValueError, match="files"):
        manifests.write_manifest(folder, files={})
    with pytest.raises(ValueError, match="JSON"):
        manifests.write_manifest(folder, score=float("nan"))
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["seed"] == 42
