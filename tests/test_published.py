"""Published figures beside a run's own."""

import pytest

from helpers.evaluate import published
from helpers.series.catalogue import NOTEBOOKS


def test_figures_stand_side_by_side():
    table = published.beside("01_eda", {"dermnet_classes": 23, "qc_missing": 0.964})
    assert table.loc["DermNet: classes"].tolist() == ["P1", "23", "23"]
    assert table.loc["qc missing, share"].tolist() == ["P3", "0.97", "0.964"]
    assert table.loc["Fitzpatrick17k: rows", "published"] == "16,577"


def test_what_was_not_measured_says_so():
    table = published.beside("02_download", {"pictures": None})
    assert set(table["this run"]) == {"not here"}


def test_a_key_that_no_figure_has_is_a_slip():
    with pytest.raises(KeyError, match="pictuers"):
        published.beside("02_download", {"pictuers": 3})


def test_every_figure_belongs_to_a_project_and_a_notebook():
    assert set(published.FIGURES) <= set(NOTEBOOKS)
    for figures in published.FIGURES.values():
        assert {one.project for one in figures} <= set(published.PROJECTS)
        assert len({one.key for one in figures}) == len(figures)
