import csv

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.base.errors import DataMissingError, TableError
from helpers.storage import tables


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path, *required, text_columns=()):
    return tables.read_csv_strictly(path, required, text_columns)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_02_separator_is_found_by_the_required_names(written, separator):
    frame = read(written(f"a{separator}b\n1{separator}x\n"), "a", "b")
    assert frame.to_dict("list") == {"a": [1], "b": ["x"]}


def test_02_only_the_header_decides_about_the_separator(written):
    frame = read(written("id,note\n1,a;b;c;d\n2,e;f;g;h\n"), "id", "note")
    assert frame["note"].tolist() == ["a;b;c;d", "e;f;g;h"]


def test_02_bom_windows_line_ends_and_blank_lines(written):
    frame = read(written(b"\xef\xbb\xbfa,b\r\n1,x\r\n\r\n2,y\r\n\r\n"), "a", "b")
    assert list(frame.columns) == ["a", "b"]
    assert frame["b"].tolist() == ["x", "y"]
    assert frame.index.tolist() == [2, 4] and frame.index.name == "line"


def test_02_quoted_commas_quotes_and_line_ends_stay_in_their_field(written):
    frame = read(written('a,b\n"x, y","say ""no"""\n"two\nlines",z\nw,v\n'), "a")
    assert frame["a"].tolist() == ["x, y", "two\nlines", "w"]
    assert frame["b"].tolist() == ['say "no"', "z", "v"]
    assert frame.index.tolist() == [2, 3, 5]


def test_02_extra_columns_are_kept_in_order(written):
    assert list(read(written("z,a,y\n1,2,3\n"), "a").columns) == ["z", "a", "y"]


def test_02_missing_column_is_named_with_the_nearest(written):
    with pytest.raises(TableError, match=r"'label'.*nearest.*'Labels'") as caught:
        read(written("id,Labels\n1,x\n"), "id", "label")
    assert caught.value.where.endswith("table.csv, line 1")


def test_02_wrong_number_of_fields_names_the_line(written):
    with pytest.raises(TableError, match="3 fields.*has 2; 1 more") as caught:
        read(written('a,b\n"1\n1",2\n1,2,3\n1\n'), "a", "b")
    assert caught.value.where.endswith("line 4")


def test_02_repeated_column_is_refused(written):
    with pytest.raises(TableError, match="repeats.*'a'"):
        read(written("a,b,a\n1,2,3\n"), "a")


def test_not_utf8_names_byte_and_line(written):
    with pytest.raises(TableError, match="byte 6 .0xe9. is not UTF-8") as caught:
        read(written(b"a\nb\ncd\xe9\n"), "a")
    assert caught.value.where.endswith("line 3")


def test_zero_byte_is_refused(written):
    with pytest.raises(TableError, match="zero byte") as caught:
        read(written(b"a\n1\n\x00\n"), "a")
    assert caught.value.where.endswith("line 3")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_empty_file_is_refused(written, content):
    with pytest.raises(TableError, match="empty"):
        read(written(content), "a")


def test_header_alone_is_a_table_without_rows(written):
    frame = read(written("a,b"), "a", "b")
    assert frame.shape == (0, 2)


def test_quote_that_never_closes_names_its_first_line(written):
    with pytest.raises(TableError, match="quotes") as caught:
        read(written('a,b\n1,2\n3,"4\n5,6\n'), "a", "b")
    assert caught.value.where.endswith("line 3")


def test_missing_file_and_folder_are_told_apart(tmp_path):
    with pytest.raises(DataMissingError, match=r"nowhere\.csv"):
        read(tmp_path / "nowhere.csv", "a")
    with pytest.raises(TableError, match="cannot be read"):
        read(tmp_path, "a")


def test_text_columns_stay_as_written_and_others_become_numbers(written):
    content = "md5,name,n,x,flag,gap\n1e10,NA,1,.5,True,\n007,,2,NaN,False,\n"
    frame = read(written(content), "md5", text_columns=("md5", "name", "absent"))
    assert frame["md5"].tolist() == ["1e10", "007"]
    assert frame["name"].tolist() == ["NA", ""]
    assert frame["n"].dtype == "int64" and frame["flag"].tolist() == [True, False]
    assert frame["x"].isna().tolist() == [False, True]
    assert frame["gap"].isna().all()


def test_numbers_too_large_for_a_column_stay_text(written):
    assert read(written(f"n\n{10**30}\n"), "n")["n"].tolist() == [str(10**30)]


def test_written_table_is_plain(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x, y", None]}, index=[7, 8])
    path = tables.write_table(tmp_path / "new" / "t.csv", frame)
    assert path.read_bytes() == b'a,b\n1,"x, y"\n2,\n'
    assert [p.name for p in path.parent.iterdir()] == ["t.csv"]


any_text = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(any_text, st.integers(-(2**62), 2**62), st.floats(width=64)),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_is_read_back(tmp_path, rows):
    frame = pd.DataFrame(rows, columns=["text", "n", "x"]).astype({"text": "str"})
    path = tables.write_table(tmp_path / "t.csv", frame)
    back = read(path, "text", "n", "x", text_columns=["text"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


@given(field=any_text)
def test_one_column_of_any_text_survives(tmp_path_factory, field):
    path = tmp_path_factory.mktemp("one") / "t.csv"
    tables.write_table(path, pd.DataFrame({"a": [field, "end"]}))
    assert read(path, "a", text_columns=["a"])["a"].tolist() == [field, "end"]
    with path.open(newline="", encoding="utf-8") as handle:
        assert [row[0] for row in csv.reader(handle)] == ["a", field, "end"]
