"""The schemas name rule, value and line."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.base.errors import TableError
from helpers.data import schemas


def ham_frame(**columns) -> pd.DataFrame:
    row = {
        "lesion_id": ["L1", "L2"],
        "image_id": ["I1", "I2"],
        "dx": ["nv", "mel"],
        "dx_type": ["histo", "histo"],
        "age": ["45.0", ""],
        "sex": ["male", ""],
        "localization": ["back", ""],
    }
    return pd.DataFrame(row | columns, index=pd.Index([2, 3], name="line"), dtype=str)


def test_a_good_table_passes():
    schemas.check(schemas.HAM10000, ham_frame(), "x.csv")


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("dx", ["nv", "naevus"], r"dx must be one of akiec.*'naevus' \(line 3\)"),
        ("dx_type", ["guess", "histo"], r"dx_type must be.*'guess' \(line 2\)"),
        ("age", ["400", "x"], r"age must be.*'400' \(line 2\), 'x' \(line 3\)"),
        (
            "image_id",
            ["I1", "I1"],
            r"must not repeat: 'I1' \(line 2\), 'I1' \(line 3\)",
        ),
        ("image_id", ["I1", "../I2"], r"cannot leave.*'\.\./I2' \(line 3\)"),
        ("image_id", ["I1", "/etc/x"], r"cannot leave.*'/etc/x' \(line 3\)"),
        ("image_id", ["I1", "C:x"], r"cannot leave.*'C:x' \(line 3\)"),
        ("image_id", ["I1", " .."], r"cannot leave.*' \.\.' \(line 3\)"),
        ("lesion_id", ["", "L2"], r"lesion_id must be filled in: '' \(line 2\)"),
        ("sex", ["male", "M"], r"sex must be.*'M' \(line 3\)"),
    ],
)
def test_each_broken_rule_is_named_with_value_and_line(column, values, words):
    with pytest.raises(TableError, match=words) as error:
        schemas.check(schemas.HAM10000, ham_frame(**{column: values}), "x.csv")
    assert error.value.where == "x.csv"


def test_all_broken_rules_come_at_once():
    frame = ham_frame(dx=["a", "b"], sex=["c", "d"])
    with pytest.raises(TableError, match=r"dx must.*; sex must"):
        schemas.check(schemas.HAM10000, frame, "x.csv")


def test_missing_columns_are_named():
    frame = ham_frame().drop(columns=["dx", "age"])
    with pytest.raises(TableError, match="columns are missing: dx, age"):
        schemas.check(schemas.HAM10000, frame, "x.csv")


def test_long_lists_are_cut_and_counted():
    frame = pd.concat([ham_frame()] * 10, ignore_index=True)
    frame = frame.assign(image_id=[str(n) for n in range(20)], dx="x")
    with pytest.raises(TableError, match=r"\(line 4\), 15 more"):
        schemas.check(schemas.HAM10000, frame, "x.csv")


def test_refuse_rows_is_silent_without_rows():
    schemas.refuse_rows("wrong", pd.Series([], dtype=str), "x.csv", "mend")
    with pytest.raises(TableError, match=r"wrong: 'v' \(line 7\)"):
        schemas.refuse_rows("wrong", pd.Series(["v"], index=[7]), "x.csv", "mend")


@given(st.text(max_size=12))
def test_no_image_id_that_passes_can_leave_its_folder(name):
    frame = ham_frame(image_id=["I1", name])
    try:
        schemas.check(schemas.HAM10000, frame, "x.csv")
    except TableError:
        return
    assert not set(name) & set('/\\:*?"<>|\0\n\r\t')
    assert name.strip() and not name.startswith(".")
