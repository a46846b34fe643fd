"""The data sets at a glance: small folders whose counts are known."""

import pandas as pd
import pytest
from small_data import make_dermnet, make_fitzpatrick17k, make_ham10000, write

from helpers.base.errors import DataMissingError, TableError
from helpers.data import catalogue, overview
from helpers.data.collection import TIDY_COLUMNS
from helpers.storage import tables

TRUTH_HEADER = "dataset,image_id,path,duplicate_of,alteration,sibling_group\n"


@pytest.fixture
def data(tmp_path):
    make_ham10000(tmp_path)
    return make_fitzpatrick17k(tmp_path, pictures=(0, 2))


def test_only_what_is_there_is_loaded_in_the_order_of_the_registry(data):
    assert list(overview.load_present(data)) == [
        name for name in catalogue.DATASETS if name != "dermnet"
    ]
    make_dermnet(data, {"Vasculitis": ["a.jpg"]})
    assert list(overview.load_present(data)) == list(catalogue.DATASETS)


@pytest.mark.parametrize("exists", [True, False])
def test_no_data_set_at_all_is_refused_with_the_way_out(tmp_path, exists):
    folder = tmp_path if exists else tmp_path / "none"
    with pytest.raises(DataMissingError, match="doctor"):
        overview.load_present(folder)


def test_the_counts_are_those_of_the_tables(data):
    collections = overview.load_present(data)
    found = overview.describe(collections)
    assert found.index.name == "data set"
    ham = found.loc[catalogue.DATASETS["ham10000"].title]
    assert ham[["rows", "pictures", "classes", "groups"]].tolist() == [3, 3, 2, 2]
    fitzpatrick = found.loc[catalogue.DATASETS["fitzpatrick17k"].title]
    names = ["rows", "pictures", "classes", "groups", "with skin type"]
    # Two of three rows have their picture; the type of one is unknown (-1).
    assert fitzpatrick[names].tolist() == [3, 2, 2, 3, 2]
    assert ham["with skin type"] == 0
    for name, one in collections.items():
        title = catalogue.DATASETS[name].title
        assert found.loc[title, "problems"] == len(one.problems)


def test_real_data_have_no_truth(data):
    assert overview.read_truth(data) is None


def test_the_truth_stays_text_where_names_look_like_numbers(tmp_path):
    rows = "fitzpatrick17k,001,a/001.jpg,,,7\nfitzpatrick17k,1e5,a/1e5.jpg,001,exact,7"
    write(tmp_path / "truth.csv", TRUTH_HEADER + rows + "\n")
    truth = overview.read_truth(tmp_path)
    assert truth["image_id"].tolist() == ["001", "1e5"]
    assert truth["duplicate_of"].tolist() == ["", "001"]
    assert truth["alteration"].tolist() == ["", "exact"]


def test_a_truth_that_names_no_pictures_is_refused(tmp_path):
    write(tmp_path / "truth.csv", "dataset,path\nham10000,a.jpg\n")
    with pytest.raises(TableError, match="image_id"):
        overview.read_truth(tmp_path)


def test_stars_mark_what_is_planted_and_nothing_where_no_truth_is():
    captions, names = pd.Series(["a", "b", "c", "d"]), pd.Series(list("1234"))
    truth = pd.DataFrame({"image_id": ["2", "3", "1"]})
    truth["off_topic"], truth["wrong_label"] = (
        [True, False, False],
        [False, True, False],
    )
    starred = overview.star_planted(captions, names, truth)
    assert starred == ["a", "b *", "c *", "d"]
    assert overview.star_planted(captions, names, None) == list("abcd")


@pytest.mark.parametrize("name", catalogue.DATASETS)
def test_credit_tells_real_pictures_from_drawn_ones(data, name):
    one = catalogue.DATASETS[name]
    real = overview.credit(name, data)
    assert one.citation in real and one.licence in real and "ynthetic" not in real
    write(data / "truth.csv", TRUTH_HEADER)
    drawn = overview.credit(name, data)
    assert "Synthetic" in drawn and one.citation not in drawn


@pytest.mark.parametrize("name", ["ham10000", "fitzpatrick17k"])
def test_a_saved_table_comes_back_as_it_was(data, tmp_path, name):
    table = catalogue.load(name, data).table
    path = tables.write_table(tmp_path / "saved.csv", table)
    back = overview.read_tidy(path)
    assert list(back.columns) == list(table.columns)
    expected = table.reset_index(drop=True)
    text = [column for column in TIDY_COLUMNS if column != "skin_type"]
    for column in text:
        assert back[column].tolist() == expected[column].tolist()
    assert back["skin_type"].dtype == "Int64"
    pd.testing.assert_series_equal(
        back["skin_type"], expected["skin_type"].astype("Int64")
    )


def test_a_table_that_is_not_tidy_is_refused(tmp_path):
    path = write(tmp_path / "x.csv", "image_id,path\na,b\n")
    with pytest.raises(TableError, match="label"):
        overview.read_tidy(path)
