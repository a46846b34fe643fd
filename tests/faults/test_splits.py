"""Rows 13 and 14 of the faults: tables that are too small or too plain to split."""

import pandas as pd
import pytest

from helpers.base.errors import ParameterError, TableError
from helpers.data import groups, split_report, splits


def table_of(labels, group=None):
    group = range(len(labels)) if group is None else group
    names = [f"p{i}" for i in range(len(labels))]
    return pd.DataFrame({"image_id": names, "label": labels, "group": list(group)})


def test_13_one_class_only_is_refused_and_named():
    with pytest.raises(ParameterError, match="one only: 'nv'"):
        splits.grouped_split(table_of(["nv"] * 20))


def test_13_no_picture_at_all_is_refused():
    with pytest.raises(ParameterError, match="no picture at all"):
        splits.grouped_split(table_of([]))


def test_13_a_class_with_one_picture_stays_in_training_with_a_warning():
    labels = ["nv"] * 20 + ["vasc"]
    with pytest.warns(UserWarning, match=r"vasc \(not in validation, test\)"):
        part = splits.grouped_split(table_of(labels))
    assert part.iloc[-1] == "train"


def test_13_a_class_with_two_groups_is_in_training_and_one_other_part():
    labels = ["nv"] * 20 + ["vasc"] * 5
    table = table_of(labels, [*range(20), 90, 90, 90, 91, 91])
    with pytest.warns(UserWarning, match=r"vasc \(not in (validation|test)\)"):
        part = splits.grouped_split(table)
    assert "train" in set(part[20:]) and part[20:].nunique() == 2


def test_13_classes_of_one_group_each_leave_no_part_to_test_on_and_are_refused():
    with pytest.raises(ParameterError, match="a part would stay empty"):
        splits.grouped_split(table_of(list("abcdef")))


def test_13_fewer_groups_than_parts_are_refused():
    with pytest.raises(ParameterError, match="2 groups cannot fill 3 parts"):
        splits.grouped_split(table_of(["nv", "mel"] * 5, ["a", "b"] * 5))


def test_13_one_group_that_is_nearly_everything_is_survived():
    table = table_of(["nv", "mel"] * 50, [0] * 94 + [1, 2, 3, 4, 5, 6])
    part = splits.grouped_split(table)
    assert set(part) == set(splits.PARTS)
    assert part.groupby(table["group"]).nunique().max() == 1


@pytest.mark.parametrize("fractions", [(0.5, 0.5), (0.6, 0.2, 0.3), (0, 0.5, 0.5)])
def test_13_fractions_that_are_no_shares_are_refused(fractions):
    with pytest.raises(ParameterError, match="no shares"):
        splits.grouped_split(table_of(["nv", "mel"] * 20), fractions)


@pytest.mark.parametrize("column", ["label", "group"])
def test_13_a_missing_label_or_group_is_refused_with_its_rows(column):
    table = table_of(["nv", "mel"] * 20)
    table[column] = table[column].astype(object)
    table.loc[7, column] = None
    with pytest.raises(TableError, match=r"rows \[7\]"):
        splits.grouped_split(table)
    with pytest.raises(TableError, match=r"no column 'centre'"):
        splits.grouped_split(table, group="centre")


def test_13_rows_of_unknown_group_are_not_thrown_together():
    with pytest.raises(TableError, match=r"grouping 2, rows \[0, 2\]"):
        groups.merge_groups([1, 2, 3], [None, "a", None])


def test_14_ten_pictures_are_split_and_reported():
    table = table_of(["nv"] * 6 + ["mel"] * 4, [0, 0, 1, 2, 3, 4, 5, 6, 7, 7])
    part = splits.grouped_split(table)
    report = split_report.split_report(table, part, (0.6, 0.2, 0.2))
    assert report["groups_crossing"] == 0
    assert report["missing_labels"] == {}
    assert min(report["train"], report["validation"], report["test"]) >= 2
