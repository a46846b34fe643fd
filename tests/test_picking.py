"""Picking pictures to look at."""

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import DataMissingError
from helpers.data import picking


@pytest.fixture
def table():
    labels = ["nv"] * 90 + ["mel"] * 9 + ["df"]
    return pd.DataFrame({"path": [f"{k}.jpg" for k in range(100)], "label": labels})


def test_every_class_is_seen_however_rare(table):
    rows = picking.pick_per_class(table, "label", 7, np.random.default_rng(0))
    assert rows["label"].value_counts().to_dict() == {"nv": 3, "mel": 3, "df": 1}
    assert rows["path"].is_unique and rows["label"].is_monotonic_increasing


def test_more_classes_than_pictures_are_spread_evenly():
    table = pd.DataFrame({"path": "a.jpg", "label": [f"c{k:03d}" for k in range(114)]})
    rows = picking.pick_per_class(table, "label", 3, np.random.default_rng(0))
    assert rows["label"].tolist() == ["c000", "c056", "c113"]


def test_rows_without_picture_or_class_are_passed_over(table):
    table.loc[table["label"] == "nv", "path"] = ""
    table.loc[table["label"] == "df", "label"] = None
    rows = picking.pick_per_class(table, "label", 50, np.random.default_rng(0))
    assert set(rows["label"]) == {"mel"} and len(rows) == 9


def test_same_generator_same_pictures(table):
    first, second = (
        picking.pick_per_class(table, "label", 9, np.random.default_rng(3))
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)


def with_paths(*paths):
    return pd.DataFrame({"path": list(paths)})


def test_the_first_data_set_with_pictures_is_picked_or_the_one_wanted():
    tables = {"a": with_paths("", ""), "b": with_paths("", "x"), "c": with_paths("y")}
    assert picking.pick_data_set(tables) == "b"
    assert picking.pick_data_set(tables, "c") == "c"


@pytest.mark.parametrize("wanted", ["a", "any", "z"])
def test_a_data_set_without_pictures_is_refused(wanted):
    with pytest.raises(DataMissingError, match="with pictures: none"):
        picking.pick_data_set({"a": with_paths("")}, wanted)
