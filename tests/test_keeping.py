"""Which of a group is kept: the rules in their order, each said."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.base.errors import TableError
from helpers.features import keeping

COLUMNS = ["image_id", "label", "width_px", "height_px", "n_bytes"]


def choose(rows, group):
    return keeping.choose_kept(pd.DataFrame(rows, columns=COLUMNS), group)


@pytest.mark.parametrize(
    ("rows", "kept", "reason"),
    [
        ([("a", "nv", 10, 10, 9), ("b", "mel", 10, 20, 1)], "b", "largest picture"),
        (
            [("a", "nv", 9, 9, 9), ("b", "mel", 9, 9, 1), ("c", "mel", 9, 9, 2)],
            "c",
            "least compressed",
        ),
        (
            [("a", "nv", 9, 9, 9), ("b", "mel", 9, 9, 1), ("c", "mel", 3, 3, 2)],
            "b",
            "label of most of its group",
        ),
        ([("b", "nv", 9, 9, 9), ("a", "nv", 9, 9, 9)], "a", "first by name"),
    ],
)
def test_the_rule_that_decides_is_said(rows, kept, reason):
    result = choose(rows, [0] * len(rows))
    assert result.loc[result["kept"], "image_id"].tolist() == [kept]
    assert set(result["reason"]) == {reason}
    assert set(result["kept_instead"]) == {kept}


def test_a_picture_alone_is_kept_without_a_reason():
    result = choose([("a", "nv", 1, 1, 1), ("b", "nv", 1, 1, 1)], [4, 2])
    assert result["kept"].all() and set(result["reason"]) == {""}
    assert result["n_in_group"].tolist() == [1, 1]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.sampled_from(["nv", "mel"]),
            st.integers(1, 3),
            st.integers(1, 3),
            st.integers(1, 3),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_one_of_each_group_is_kept_whatever_the_order_of_rows(drawn):
    rows = [(f"p{k}", *row[1:]) for k, row in enumerate(drawn)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["group"] = [row[0] for row in drawn]
    result = keeping.choose_kept(frame, frame["group"])
    assert (result.groupby("group")["kept"].sum() == 1).all()
    back = frame[::-1]
    other = keeping.choose_kept(back, back["group"])
    assert set(other["image_id"][other["kept"]]) == set(
        result["image_id"][result["kept"]]
    )
    alone = result["n_in_group"] == 1
    assert ((result["reason"] == "") == alone).all()


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="no column n_bytes"):
        keeping.choose_kept(pd.DataFrame(columns=COLUMNS[:-1]), [])


def test_the_summary_is_aligned_and_plain():
    text = keeping.summary("ham10000", {"pictures": 7993, "precision": 0.98765})
    assert text == "ham10000\n========\npictures   7993\nprecision  0.9877\n"
