"""Fitzpatrick17k: the published table, with or without pictures."""

import time

import pandas as pd
from small_data import FITZ_ROWS, MD5, make_fitzpatrick17k, write

from helpers.data import catalogue, fitzpatrick17k


def test_table_keeps_rows_without_picture(tmp_path):
    table = catalogue.load("fitzpatrick17k", make_fitzpatrick17k(tmp_path)).table
    assert list(table["image_id"]) == list(MD5[:3])
    assert list(table["path"]) == [f"fitzpatrick17k/images/{MD5[0]}.jpg", "", ""]
    assert list(table["label"]) == ["psoriasis", "psoriasis", "melanoma"]
    assert list(table["source"]) == ["a.example", "b.example", ""]


def test_skin_type_minus_one_is_missing_and_the_scale_stays(tmp_path):
    table = catalogue.load("fitzpatrick17k", make_fitzpatrick17k(tmp_path)).table
    assert list(table["skin_type"].fillna(0)) == [3, 0, 6]
    assert list(table["fitzpatrick_scale"]) == [3, -1, 6]
    assert list(table["fitzpatrick_centaur"]) == [2, -1, 5]


def test_published_columns_follow_the_tidy_ones(tmp_path):
    table = catalogue.load("fitzpatrick17k", make_fitzpatrick17k(tmp_path)).table
    kept = [name for name in fitzpatrick17k.COLUMNS if name not in ("md5hash", "label")]
    assert list(table.columns[7:]) == kept
    assert table["qc"].tolist() == ["", "", "1 Diagnostic"]


def test_picture_without_row_is_recorded(tmp_path):
    data = make_fitzpatrick17k(tmp_path, pictures=(0, 9))
    problems = catalogue.load("fitzpatrick17k", data).problems
    assert list(problems["kind"]) == ["picture without row"]
    assert problems["file"][0] == f"fitzpatrick17k/images/{MD5[9]}.jpg"


def test_table_directly_in_the_data_folder_is_found(tmp_path):
    data = make_fitzpatrick17k(tmp_path, pictures=())
    (data / "fitzpatrick17k" / "fitzpatrick17k.csv").rename(data / "fitzpatrick17k.csv")
    assert len(catalogue.load("fitzpatrick17k", data).table) == 3


def test_md5_that_looks_like_a_number_stays_text(tmp_path):
    row = FITZ_ROWS[0].replace(MD5[0], "1" * 30 + "e5")
    table = catalogue.load("fitzpatrick17k", make_fitzpatrick17k(tmp_path, [row])).table
    assert list(table["image_id"]) == ["1" * 30 + "e5"]


def test_address_that_is_none_has_no_host(tmp_path):
    row = FITZ_ROWS[0].replace("http://a.example/1.jpg", "http://[")
    table = catalogue.load("fitzpatrick17k", make_fitzpatrick17k(tmp_path, [row])).table
    assert list(table["source"]) == [""] and list(table["url"]) == ["http://["]


def test_partial_downloads_are_passed_over(tmp_path):
    data = make_fitzpatrick17k(tmp_path, pictures=())
    write(data / "fitzpatrick17k" / "images" / f".{MD5[0]}.jpg.partial")
    write(data / "fitzpatrick17k" / "images" / f"{MD5[1]}.jpg.part")
    found = catalogue.load("fitzpatrick17k", data)
    assert (found.table["path"] == "").all() and found.problems.empty


def test_16577_rows_load_within_a_second(tmp_path):
    rows = [FITZ_ROWS[n % 3].replace(MD5[n % 3], f"{n:032x}") for n in range(16_577)]
    data = make_fitzpatrick17k(tmp_path, rows, pictures=())
    catalogue.load("fitzpatrick17k", data)  # imports pandera
    spent = []
    for _ in range(3):  # the fastest of three: others may be at work on this machine
        start = time.perf_counter()
        table = catalogue.load("fitzpatrick17k", data).table
        spent.append(time.perf_counter() - start)
    assert len(table) == 16_577 and min(spent) < 1
    assert isinstance(table, pd.DataFrame)
