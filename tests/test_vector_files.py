"""Vectors travel with the pictures they belong to, and are refused without them."""

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ArtefactDamagedError, ArtefactMissingError
from helpers.features import vector_files

NAME = "colour_texture"


@pytest.fixture
def table():
    return pd.DataFrame({"sha256": ["a", "b", "c"], "label": ["x", "y", "x"]})


@pytest.fixture
def saved(tmp_path, table):
    X = np.arange(12, dtype=np.float32).reshape(3, 4)
    return X, vector_files.save_vectors(tmp_path, NAME, X, table, {"weights": "none"})


def test_what_is_saved_is_loaded(saved, tmp_path, table):
    X, path = saved
    assert path == tmp_path / "arrays" / "colour_texture.npy"
    found = vector_files.load_vectors(path, NAME, table.assign(label="z"))
    assert np.array_equal(found, X) and found.dtype == np.float32


@pytest.mark.parametrize("order", [[1, 0, 2], [0, 1]])
def test_33_vectors_of_other_pictures_are_refused(saved, table, order):
    with pytest.raises(ArtefactDamagedError, match="pictures should be"):
        vector_files.load_vectors(saved[1], NAME, table.iloc[order])


def test_33_vectors_of_another_encoder_are_refused(saved, table):
    with pytest.raises(ArtefactDamagedError, match="encoder should be 'resnet50'"):
        vector_files.load_vectors(saved[1], "resnet50", table)


def test_42_a_row_that_is_not_finite_is_named(tmp_path, table):
    X = np.ones((3, 2), np.float32)
    X[1, 1] = np.nan
    path = vector_files.save_vectors(tmp_path, NAME, X, table, {})
    with pytest.raises(ArtefactDamagedError, match=r"NaN or infinity, rows \[1\]"):
        vector_files.load_vectors(path, NAME, table)


def test_what_is_not_there_is_missing(tmp_path, table):
    with pytest.raises(ArtefactMissingError):
        vector_files.load_vectors(tmp_path / "x.npy", NAME, table)
