"""The faults of the sample's web: each has its right end, and the score tells it."""

import json

import pandas as pd
import pytest
from small_web import HOST, QUICK, address, make_web

from helpers.data import download
from helpers.data.sample.web import answers, truth

URL = "http://a.example/{}.jpg"


def score(tmp_path, faults, rows):
    """Score made-up fates: (fault or None, fate, reason) for each row."""
    web = {"faults": {URL.format(k): f for k, f in enumerate(faults) if f}}
    (tmp_path / "web.json").write_text(json.dumps(web), "utf-8")
    fates = pd.DataFrame(rows, columns=["fate", "reason"])
    fates["url"] = [URL.format(k) for k in range(len(rows))]
    fates["image_id"] = [f"p{k}" for k in range(len(rows))]
    fates["n_tries"] = 1
    return truth.score_faults(fates, tmp_path)


@pytest.mark.parametrize(
    ("fault", "fate", "reason", "right"),
    [
        ("404", "failed", "404", True),
        ("404", "failed", "timeout", False),
        ("404", "downloaded", "", False),
        ("500", "failed", "5xx", True),
        ("endless", "failed", "stalled", True),
        ("endless", "failed", "too_large", True),
        ("endless", "failed", "404", False),
        ("redirect", "downloaded", "", True),
        ("redirect", "failed", "redirect_loop", False),
    ],
)
def test_an_end_is_right_or_wrong(tmp_path, fault, fate, reason, right):
    found = score(tmp_path, [fault], [(fate, reason)])
    assert found["right"].tolist() == [right]
    assert found["outcome"].tolist() == [reason or fate]


def test_rows_without_a_fault_are_left_out_and_words_are_joined(tmp_path):
    faults = ["", "gzip_bomb", "changed"]
    ends = [("downloaded", ""), ("failed", "encoding"), ("downloaded", "")]
    found = score(tmp_path, faults, ends)
    assert found["image_id"].tolist() == ["p1", "p2"] and found["right"].all()
    expected = ["too_large or encoding", "downloaded"]
    assert found["expected"].tolist() == expected
    assert list(found.index) == [0, 1]


def test_what_was_not_asked_now_is_not_scored(tmp_path):
    ends = [("already_there", ""), ("failed", "404")]
    assert score(tmp_path, ["redirect", "404"], ends)["image_id"].tolist() == ["p1"]


def test_real_data_have_no_faults_and_no_server(tmp_path):
    assert truth.score_faults(pd.DataFrame({"url": []}), tmp_path) is None
    with truth.serve_if_sample(tmp_path) as resolve:
        assert resolve == {}


def test_a_real_download_of_planted_faults_ends_right(tmp_path):
    faults = ["404", "html", "truncated", "redirect", "", "zero", "redirect_loop"]
    data, table = make_web(tmp_path / "web", faults)
    with truth.serve_if_sample(data) as resolve:
        assert HOST in resolve
        fates = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    found = truth.score_faults(fates, data)
    assert found["fault"].tolist() == [fault for fault in faults if fault]
    assert found["right"].all(), found
    wrong = fates.assign(url=address(0))  # as if each address had ended the others' way
    assert not truth.score_faults(wrong, data)["right"].all()


def test_every_fault_the_server_knows_has_its_end():
    survived = answers.FAULTS - set(truth.ENDS)
    assert set(truth.ENDS) <= answers.FAULTS
    again = {"429", "500_once", "503_once", "redirect"}
    assert survived == again | {"short_body", "no_range", "changed"}
