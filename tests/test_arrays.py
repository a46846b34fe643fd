import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.base.errors import ArtefactDamagedError, ArtefactMissingError
from helpers.storage import arrays, hashes


@pytest.fixture
def saved(tmp_path):
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    return arrays.save_array(tmp_path / "x.npy", values, encoder="lab", seed=42)


@pytest.mark.parametrize("mmap", [False, True])
def test_array_comes_back_with_shape_and_dtype(saved, mmap):
    array = arrays.load_array(saved, mmap=mmap, encoder="lab", shape=(4, 3))
    assert array.dtype == np.float32 and array[3, 2] == 11
    assert isinstance(array, np.memmap) == mmap


def test_header_is_written_beside_the_array(saved):
    header = json.loads((saved.parent / "x.npy.json").read_text())
    assert header == {
        "sha256": hashes.hash_file(saved),
        "shape": [4, 3],
        "dtype": "<f4",
        "encoder": "lab",
        "seed": 42,
    }


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int64, np.float32, ">f8", bool, "U3"]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_any_plain_array_survives(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("arrays") / "x.npy"
    arrays.save_array(path, array)
    for mmap in (False, True):
        back = arrays.load_array(path, mmap=mmap)
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)


def test_33_every_flipped_byte_is_detected(saved):
    content = saved.read_bytes()
    for position in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[position] ^= 1
        saved.write_bytes(flipped)
        with pytest.raises(ArtefactDamagedError, match="sha256 differs"):
            arrays.load_array(saved)


@pytest.mark.parametrize("keep", [0, 5, 80, 128, 140])
def test_33_cut_file_is_detected(saved, keep):
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(ArtefactDamagedError, match="sha256 differs"):
        arrays.load_array(saved)


def test_33_array_from_another_seed_or_shape_is_refused_with_the_difference(saved):
    with pytest.raises(ArtefactDamagedError, match="seed should be 7.*has 42"):
        arrays.load_array(saved, seed=7)
    with pytest.raises(ArtefactDamagedError, match=r"shape should be \[4, 768\]"):
        arrays.load_array(saved, shape=(4, 768))
    with pytest.raises(ArtefactDamagedError, match="split should be 'a'.*nothing"):
        arrays.load_array(saved, split="a")


@pytest.mark.parametrize("fact, value", [("shape", [3, 4]), ("dtype", "<i4")])
def test_33_header_that_does_not_fit_the_array_is_refused(saved, fact, value):
    path = saved.with_name("x.npy.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {fact: value}))
    with pytest.raises(ArtefactDamagedError, match=f"{fact} is"):
        arrays.load_array(saved)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"sha256": ""}', b"\xff"])
def test_33_damaged_header_is_refused(saved, content):
    saved.with_name("x.npy.json").write_bytes(content)
    with pytest.raises(ArtefactDamagedError, match="header"):
        arrays.load_array(saved)


@pytest.mark.parametrize("name", ["x.npy", "x.npy.json"])
def test_array_without_header_and_header_without_array(saved, name):
    saved.with_name(name).unlink()
    with pytest.raises(ArtefactMissingError, match=r"x\.npy"):
        arrays.load_array(saved)


def test_29_array_newer_than_its_header_is_not_used(saved, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(arrays.atomic, "write_json", killed)
    with pytest.raises(KeyboardInterrupt):
        arrays.save_array(saved, np.zeros(3))
    with pytest.raises(ArtefactDamagedError):
        arrays.load_array(saved)


class Canary:
    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("form", ["npy", "pickle", "npz"])
def test_40_pickled_objects_are_refused_and_no_code_runs(tmp_path, form, mmap):
    path, canary = tmp_path / "x.npy", tmp_path / "canary"
    payload = np.array([Canary(canary)], dtype=object)
    with path.open("wb") as handle:
        if form == "npy":
            np.save(handle, payload, allow_pickle=True)
        elif form == "npz":
            np.savez(handle, payload, allow_pickle=True)
        else:
            pickle.dump(payload, handle)
    header = {"sha256": hashes.hash_file(path), "shape": [1], "dtype": "|O"}
    path.with_name("x.npy.json").write_text(json.dumps(header))
    with pytest.raises(ArtefactDamagedError, match="no array without objects"):
        arrays.load_array(path, mmap=mmap)
    assert not canary.exists()


def test_objects_and_taken_names_are_not_saved(tmp_path):
    with pytest.raises(ValueError, match="Object arrays"):
        arrays.save_array(tmp_path / "x.npy", np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="shape"):
        arrays.save_array(tmp_path / "x.npy", np.zeros(3), shape=(3,))
    assert list(tmp_path.iterdir()) == []


def test_the_header_alone_says_what_an_array_was_made_from(tmp_path):
    path = arrays.save_array(tmp_path / "x.npy", np.arange(3), seed=7, names=("a", "b"))
    header = arrays.read_header(path)
    assert (header["seed"], header["names"], header["shape"]) == (7, ["a", "b"], [3])
    path.with_name("x.npy.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ArtefactDamagedError, match="header"):
        arrays.read_header(path)
    path.with_name("x.npy.json").unlink()
    with pytest.raises(ArtefactMissingError):
        arrays.read_header(path)
