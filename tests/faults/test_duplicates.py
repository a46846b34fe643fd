"""Rows 14, 42 and 43 of the faults, for the duplicate search (13: test_splits)."""

import warnings

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ParameterError
from helpers.evaluate import retrieval
from helpers.features import (
    alignment,
    duplicates,
    encoders,
    fingerprints,
    keeping,
    neighbours,
    perceptual,
)

ENCODER = encoders.get_encoder("colour_texture")


def search(pictures):
    """Search a few pictures as notebook 03 does."""
    X = ENCODER.encode(np.stack([ENCODER.prepare(rgb) for rgb in pictures]))
    hashes = perceptual.perceptual_hashes(perceptual.gray_squares(pictures))
    pairs = duplicates.candidate_pairs(X, hashes)
    return X, duplicates.confirm_pairs(pairs, alignment.thumbnails(pictures))


def noise(n):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (90, 120, 3), dtype=np.uint8) for _ in range(n)]


def test_14_ten_pictures_are_searched_grouped_and_reported():
    pictures = [*noise(9), noise(1)[0][::-1].copy()]
    X, pairs = search(pictures)
    near = pairs[pairs["match"] > 0.8]
    assert near[["i", "j"]].values.tolist() == [[0, 9]]
    group = duplicates.group_pairs(10, near)
    assert duplicates.chain_report(group, near, X)["n"].tolist() == [2]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_14_no_picture_one_and_two(n):
    sources = [b"not a picture"] * 2
    prints = fingerprints.fingerprints(sources, ENCODER)
    assert len(prints.problems) == 2
    X = np.random.default_rng(0).standard_normal((n, 4))
    pairs = duplicates.candidate_pairs(X, np.arange(8 * n, dtype="u8").reshape(n, 8))
    pairs = duplicates.confirm_pairs(pairs, np.zeros((n, 96, 96), np.uint8))
    group = duplicates.group_pairs(n, pairs)
    assert len(group) == n
    assert len(duplicates.chain_report(group, pairs, X)) <= n // 2
    columns = ["image_id", "label", "width_px", "height_px", "n_bytes"]
    table = pd.DataFrame([["a", "nv", 1, 1, 1], ["b", "nv", 1, 1, 1]], columns=columns)
    assert keeping.choose_kept(table[:n], group)["kept"].sum() == len(set(group))
    assert duplicates.conflicts(table[:n], pairs, ["label"]).empty


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_42_nan_or_infinity_in_embeddings_stops_with_the_rows(bad):
    X = np.random.default_rng(0).standard_normal((50, 6)).astype(np.float32)
    X[17, 3] = bad
    for function in (
        lambda: neighbours.near_pairs(X, 0.9),
        lambda: neighbours.lowest_similarity(X),
        lambda: duplicates.candidate_pairs(X, np.zeros((50, 8), np.uint64)),
    ):
        with pytest.raises(ParameterError, match=r"NaN or infinity \[rows \[17\]\]"):
            function()


def test_42_nan_in_scores_is_refused():
    with pytest.raises(ParameterError, match="NaN"):
        retrieval.precision_recall([np.nan], [True], 1)


def test_43_all_embeddings_equal_is_said_and_makes_one_group():
    X = np.tile(np.arange(1, 9, dtype=np.float32), (30, 1))
    with pytest.warns(UserWarning, match="all 30 vectors point the same way"):
        pairs = neighbours.near_pairs(X, 0.93)
    assert len(pairs) == 30 * 29 // 2 and (pairs["similarity"] > 0.999).all()
    assert duplicates.group_pairs(30, pairs).max() == 0


def test_43_too_many_pairs_end_with_their_number_and_in_bounded_memory():
    X = np.ones((6000, 4), np.float32)
    with (
        pytest.warns(UserWarning, match="point the same way"),
        pytest.raises(ParameterError, match=r"about 17,\d{3},\d{3} in all"),
    ):
        neighbours.near_pairs(X, 0.93, block_rows=500, max_pairs=100_000)


def test_43_a_zero_vector_is_said_and_is_in_no_pair():
    X = np.random.default_rng(0).standard_normal((20, 3))
    X[[4, 9]] = 0
    X[5] = X[6]
    with (
        warnings.catch_warnings(record=True) as said,
        np.errstate(all="raise"),
    ):
        warnings.simplefilter("always")
        pairs = neighbours.near_pairs(X, 0.01)
        assert neighbours.pair_similarity(X, np.array([4]), np.array([9])) == 0
    assert "2 vectors are zero and are in no pair: rows [4, 9]" in str(said[0].message)
    assert not {4, 9} & (set(pairs["i"]) | set(pairs["j"]))
    assert (5, 6) in set(zip(pairs["i"], pairs["j"], strict=True))


def test_43_blank_pictures_are_encoded_and_searched():
    blank = [np.full((50, 60, 3), value, np.uint8) for value in (0, 0, 128, 255)]
    with np.errstate(divide="raise", invalid="raise"):
        X, pairs = search([*blank, *noise(2)])
    assert np.isfinite(X).all() and np.allclose(np.linalg.norm(X, axis=1), 1)
    assert np.isfinite(pairs["match"]).all()


def test_43_duplicates_only_keep_one():
    table = pd.DataFrame({"image_id": list("dbca"), "label": "nv", "n_bytes": 5})
    table = table.assign(width_px=10, height_px=10)
    kept = keeping.choose_kept(table, duplicates.exact_groups(["same"] * 4))
    assert kept.loc[kept["kept"], "image_id"].tolist() == ["a"]


def test_43_all_pictures_blank_to_the_hash_are_bounded():
    hashes = np.zeros((3000, 8), np.uint64)
    with pytest.raises(ParameterError, match="are most pictures blank"):
        perceptual.hamming_pairs(hashes, 6, max_pairs=1_000_000)
