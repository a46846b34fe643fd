"""Pictures prepared once, and batches that depend on seed and epoch alone."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers.base.errors import DataMissingError, ParameterError
from helpers.images import batches as decoding
from helpers.images import inputs, prepared
from helpers.keras_models import pipeline
from helpers.storage import hashes

NAMES = ("rgb", "gray", "otsu")
SIZE_PX = 16


@pytest.fixture
def files(tmp_path):
    """Five pictures, one of which is cut."""
    rng = np.random.default_rng(0)
    paths = []
    for k in range(5):
        path = tmp_path / f"{k}.png"
        Image.fromarray(rng.integers(0, 255, (20, 30, 3), np.uint8)).save(path)
        paths.append(path)
    paths[2].write_bytes(paths[2].read_bytes()[:200])
    return paths


def make(files, store, **other):
    given = {"names": NAMES, "size_px": SIZE_PX, **other}
    if "contents" not in given:
        given["contents"] = hashes.hash_files(files)
    return pipeline.prepare(files, store=store, **given)


def read_order(monkeypatch):
    """Count the pictures that are decoded from now on."""
    decoded = []
    plain = decoding.decode_all

    def counted(paths, *others):
        decoded.extend(paths)
        return plain(paths, *others)

    monkeypatch.setattr(decoding, "decode_all", counted)
    return decoded


def epochs_of(dataset, n_batches):
    return [batch for batch in dataset.take(n_batches).as_numpy_iterator()]


def test_arrays_are_what_decoding_and_processing_give(files, tmp_path):
    found = make(files, tmp_path / "store")
    plain = decoding.decode_all(files, SIZE_PX, "crop")
    assert found.kept.tolist() == plain.kept.tolist() == [0, 1, 3, 4]
    pd.testing.assert_frame_equal(found.problems, plain.problems)
    for name, expected in inputs.make_inputs(plain.pictures, NAMES).items():
        np.testing.assert_array_equal(found.arrays[name], expected)
        assert not found.arrays[name].flags.writeable


def test_a_second_call_reads_and_blocks_and_maps_change_nothing(
    files, tmp_path, monkeypatch
):
    first = make(files, tmp_path / "a")
    monkeypatch.setattr(prepared, "IN_MEMORY_BYTES", 100)
    monkeypatch.setattr(prepared, "_BLOCK_BYTES", 1)
    monkeypatch.setattr(prepared, "_CHUNK", 2)
    blocks = make(files, tmp_path / "b")
    decoded = read_order(monkeypatch)
    again = make(files, tmp_path / "b")
    assert decoded == []
    for other in (blocks, again):
        pd.testing.assert_frame_equal(other.problems, first.problems)
        assert other.kept.tolist() == first.kept.tolist()
        for name in NAMES:
            assert isinstance(other.arrays[name], np.memmap)
            np.testing.assert_array_equal(other.arrays[name], first.arrays[name])
    assert len(list((tmp_path / "b").iterdir())) == 2 * len(NAMES)  # and headers


@pytest.mark.parametrize("change", ["content", "size", "fit", "version", "damage"])
def test_whatever_changes_is_made_again(files, tmp_path, monkeypatch, change):
    store = tmp_path / "store"
    before = make(files, store)
    other = {}
    if change == "content":
        Image.fromarray(np.full((20, 30, 3), 9, np.uint8)).save(files[0])
    elif change == "size":
        other = {"size_px": 8}
    elif change == "fit":
        other = {"fit": "squash"}
    elif change == "version":
        monkeypatch.setattr(inputs, "VERSION", "another")
    else:
        for path in store.glob("*.npy"):
            path.write_bytes(path.read_bytes()[:-1] + b"\0\0")
    decoded = read_order(monkeypatch)
    after = make(files, store, **other)
    assert len(decoded) == 5
    if change in ("version", "damage"):
        np.testing.assert_array_equal(after.arrays["otsu"], before.arrays["otsu"])
    else:
        assert not np.array_equal(after.arrays["rgb"], before.arrays["rgb"])


def test_a_file_that_was_away_is_read_when_it_is_back(files, tmp_path):
    contents = hashes.hash_files(files)
    away = files[0].rename(tmp_path / "away")
    found = make(files, tmp_path / "store", contents=contents, names=("rgb",))
    assert found.kept.tolist() == [1, 3, 4]
    away.rename(files[0])
    found = make(files, tmp_path / "store", contents=contents)
    assert found.kept.tolist() == [0, 1, 3, 4]
    assert {len(array) for array in found.arrays.values()} == {4}


def test_a_file_that_went_leaves_the_inputs_in_step(files, tmp_path):
    contents = hashes.hash_files(files)
    make(files, tmp_path / "store", contents=contents, names=("rgb",))
    files[0].unlink()
    found = make(files, tmp_path / "store", contents=contents)
    assert {len(array) for array in found.arrays.values()} == {3} == {len(found.kept)}


def test_what_cannot_be_prepared_is_refused(files, tmp_path):
    with pytest.raises(ParameterError, match="no input 'infrared'"):
        make(files, tmp_path, names=("infrared",))
    with pytest.raises(ParameterError, match="5 paths, but 1 content"):
        make(files, tmp_path, contents=["a"])
    with pytest.raises(DataMissingError, match="none of 1 pictures"):
        make(files[2:3], tmp_path / "store")
    with pytest.raises(DataMissingError, match="none of 0 pictures"):
        make([], tmp_path / "store")


def test_without_a_seed_rows_come_once_and_in_order():
    X = {"a": np.arange(10, dtype=np.uint8).reshape(5, 2), "b": np.ones((5, 1))}
    y = np.arange(5) % 2
    found = list(pipeline.batches(X, y, 2).as_numpy_iterator())
    assert [len(codes) for _, codes in found] == [2, 2, 1]
    np.testing.assert_array_equal(np.vstack([x["a"] for x, _ in found]), X["a"])
    assert found[0][0]["a"].dtype == np.uint8 and found[0][1].dtype == np.int64
    alone = list(pipeline.batches(X, None, 5).as_numpy_iterator())
    assert len(alone) == 1 and set(alone[0]) == {"a", "b"}


def test_an_epoch_depends_on_seed_and_number_alone():
    X = {"a": np.arange(7)[:, None]}
    y = np.arange(7)
    weights = np.linspace(0, 1, 7)

    def rows(seed, start):
        found = pipeline.batches(X, y, 3, seed=seed, start_epoch=start, weights=weights)
        parts = epochs_of(found, 9)  # three epochs of three batches
        assert [len(codes) for _, codes, _ in parts] == [3, 3, 1] * 3
        for x, codes, w in parts:
            np.testing.assert_array_equal(x["a"][:, 0], codes)
            np.testing.assert_allclose(w, weights[codes], rtol=1e-6)
        return np.concatenate([codes for _, codes, _ in parts]).reshape(3, 7)

    unbroken, resumed = rows(1, 0), rows(1, 2)
    np.testing.assert_array_equal(unbroken[2], resumed[0])
    assert (np.sort(unbroken, axis=1) == np.arange(7)).all()
    assert (unbroken[0] != unbroken[1]).any() and (unbroken != rows(2, 0)).any()


def test_balanced_drawing_gives_every_label_its_share():
    y = np.repeat([0, 3, 4], [900, 90, 10])
    X = {"a": np.arange(1000)[:, None]}
    found = pipeline.batches(X, y, 250, seed=1, sample="balanced")
    parts = epochs_of(found, 40)  # ten epochs
    codes = np.concatenate([codes for _, codes in parts])
    rows = np.concatenate([x["a"][:, 0] for x, _ in parts])
    np.testing.assert_array_equal(y[rows], codes)
    shares = np.bincount(codes) / len(codes)
    # Five standard errors of a share of a third in 10,000 draws: .024.
    np.testing.assert_allclose(shares[[0, 3, 4]], 1 / 3, atol=0.024)
    assert set(rows[codes == 4]) == set(range(990, 1000))


@pytest.mark.parametrize(
    ("X", "y", "size", "options", "message"),
    [
        ({}, None, 1, {}, "do not belong together or are empty"),
        ({"a": np.ones((0, 2))}, None, 1, {}, "are empty"),
        ({"a": np.ones(3), "b": np.ones(2)}, None, 1, {}, r"rows \{'a': 3, 'b': 2\}"),
        ({"a": np.ones(3)}, np.ones(2, int), 1, {}, r"'y': 2"),
        ({"a": np.ones(3)}, np.ones(3, int), 0, {}, "a batch of 0"),
        ({"a": np.ones(3)}, np.ones(3, int), 1, {"sample": "some"}, "'some'"),
        ({"a": np.ones(3)}, np.ones(3, int), 1, {"sample": "balanced"}, "a seed"),
    ],
)
def test_what_cannot_be_batched_is_refused(X, y, size, options, message):
    with pytest.raises(ParameterError, match=message):
        pipeline.batches(X, y, size, **options)


def test_a_batch_above_the_set_is_reduced_with_a_word():
    with pytest.warns(UserWarning, match="more than the 3 pictures"):
        found = pipeline.batches({"a": np.ones(3)}, None, 64)
    assert len(list(found)) == 1
