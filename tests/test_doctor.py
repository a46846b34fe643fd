import json

import pytest
import toy_street

from helpers.series import cli, doctor
from helpers.series.catalogue import ALL_DATA, Notebook
from helpers.series.request import Street


@pytest.fixture
def street(tmp_path):
    toy = toy_street.Toy(tmp_path)
    chain = [
        Notebook("00_first", "?", data=ALL_DATA, any_data=True),
        Notebook("01_second", "?", data=("fitzpatrick17k",)),
        Notebook("02_third", "?", needs=("01_second",)),
        Notebook("03_alone", "?", data=ALL_DATA, any_data=True, needs=("01_second",)),
    ]
    return Street({one.name: one for one in chain}, toy.notebooks, toy.profiles)


def test_each_notebook_says_why_it_cannot_run(street, tmp_path):
    train = tmp_path / "data" / "dermnet" / "train" / "Acne and Rosacea Photos"
    train.mkdir(parents=True)
    (train / "a.jpg").write_bytes(b"x")
    why = doctor.why_not(tmp_path / "data", tmp_path / "out", street)
    assert why["00_first"] == "" == why["03_alone"]
    assert "fitzpatrick17k" in why["01_second"] and "https://" in why["01_second"]
    assert why["02_third"] == "needs 01_second, which cannot run"
    street.source("00_first").unlink()
    why = doctor.why_not(tmp_path / "data", tmp_path / "out", street)
    assert "cannot be read" in why["00_first"]


def test_everything_is_examined_and_told(street, tmp_path):
    found = doctor.examine(tmp_path / "none", tmp_path / "out", street)
    assert json.loads(json.dumps(found)) == found
    assert {one["status"] for one in found["data_sets"]} == {"absent"}
    text = "\n".join(doctor.tell(found))
    for word in (found["python"], "cores", "GPU", "free", "numpy", "ham10000"):
        assert word in text
    assert "0 of" in text and "cannot run" in text


def test_sample_that_is_not_drawn_yet_is_no_reason(capsys):
    assert cli.main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "00_tour" in told and "kaggle" not in told.lower()


def test_json_is_for_programs(capsys, tmp_path):
    words = ["doctor", "--json", "--data", str(tmp_path), "--profile", "laptop"]
    assert cli.main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["data"] == tmp_path.as_posix() and found["out"] == "outputs/laptop"
    assert set(found["notebooks"]) >= {"00_tour", "03_dedup"}


def test_unknown_profile_is_a_slip(capsys):
    assert cli.main(["doctor", "--profile", "laptp"]) == 2
    assert "laptop" in capsys.readouterr().err
