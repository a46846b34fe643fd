import pytest

from helpers.base.errors import ParameterError
from helpers.data import catalogue as data_sets
from helpers.series import catalogue
from helpers.series.catalogue import NOTEBOOKS
from helpers.series.request import Street


def test_needs_come_first_and_exist():
    seen = set()
    for notebook in NOTEBOOKS.values():
        assert seen.issuperset(notebook.needs)
        seen.add(notebook.name)


def test_data_sets_are_the_catalogue_of_data():
    assert set(catalogue.ALL_DATA) == set(data_sets.DATASETS)
    for notebook in NOTEBOOKS.values():
        assert set(notebook.data) <= set(data_sets.DATASETS)


def test_catalogue_and_folder_hold_the_same_notebooks():
    street = Street()
    assert sorted(path.stem for path in street.folder.glob("*.ipynb")) == sorted(
        street.notebooks
    )


def test_street_knows_sources_and_neighbours():
    street = Street()
    assert street.source("03_dedup").name == "03_dedup.ipynb"
    assert street.neighbours("00_tour") == ("", "01_eda")
    assert street.neighbours("03_dedup")[0] == "02_download"


@pytest.mark.parametrize(
    "name", ["03", "03_dedup", "03_dedup.ipynb", "notebooks/03_dedup.ipynb", "03_de"]
)
def test_find_takes_what_people_type(name):
    assert catalogue.find(name).name == "03_dedup"


@pytest.mark.parametrize("name", ["0", "", "13_none"])
def test_find_refuses_none_and_several(name):
    with pytest.raises(ParameterError, match="one of"):
        catalogue.find(name)


def test_find_suggests_the_nearest():
    with pytest.raises(ParameterError, match="03_dedup") as caught:
        catalogue.find("03_dedupe")
    assert "00_tour" not in str(caught.value)


def test_nearest_gives_all_where_none_is_near():
    assert catalogue.nearest("qqq", ["seed", "data"]) == ["seed", "data"]
