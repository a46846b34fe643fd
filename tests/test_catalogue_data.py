"""The catalogue: what is described, what is there, and what every table begins with."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_data import make_dermnet, make_fitzpatrick17k, make_ham10000, write

from helpers.base.errors import DataMissingError, ParameterError, TableError
from helpers.base.paths import ROOT
from helpers.data import catalogue, collection


@pytest.fixture
def data(tmp_path) -> Path:
    make_dermnet(tmp_path, {"Eczema Photos": ["1.jpg", "2.png"]})
    make_fitzpatrick17k(tmp_path)
    return make_ham10000(tmp_path)


def test_registry_describes_the_three_data_sets():
    assert list(catalogue.DATASETS) == ["dermnet", "fitzpatrick17k", "ham10000"]
    sizes = [one.n_published for one in catalogue.DATASETS.values()]
    assert sizes == [15_557, 16_577, 10_015]
    assert all(one.page.startswith("https://") for one in catalogue.DATASETS.values())
    assert catalogue.DATASETS["ham10000"].licence == "CC BY-NC 4.0"


def test_readme_names_page_and_licence_of_each_data_set():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for one in catalogue.DATASETS.values():
        assert one.page in text and f"## {one.title.split(' (')[0]}\n" in text
    assert "CC BY-NC-SA 3.0" in text and "CC BY-NC 4.0" in text


@pytest.mark.parametrize("name", list(catalogue.DATASETS))
def test_every_table_begins_with_the_tidy_columns(data, name):
    found = catalogue.load(name, data)
    table = found.table
    assert tuple(table.columns[:7]) == collection.TIDY_COLUMNS
    assert table["image_id"].is_unique and list(table.index) == list(range(len(table)))
    assert str(table["skin_type"].dtype) == "Int64"
    assert all((data / path).is_file() for path in table["path"] if path)
    assert set(table["licence"]) == {catalogue.DATASETS[name].licence}
    assert tuple(found.problems.columns) == collection.PROBLEM_COLUMNS


def test_survey_counts_without_opening_pictures(data):
    counts = {
        one.name: (one.status, one.n_rows, one.n_pictures, one.n_masks)
        for one in catalogue.survey(data)
    }
    assert counts == {
        "dermnet": ("complete", 0, 2, 0),
        "fitzpatrick17k": ("complete", 3, 1, 0),
        "ham10000": ("complete", 3, 3, 3),
    }


def test_present_tells_table_only_and_absent(tmp_path):
    make_fitzpatrick17k(tmp_path, pictures=())
    assert catalogue.present(tmp_path) == {
        "dermnet": "absent",
        "fitzpatrick17k": "table only",
        "ham10000": "absent",
    }
    nowhere = catalogue.present(tmp_path / "nowhere")
    assert set(nowhere.values()) == {"absent"}


def test_survey_of_a_broken_table_does_not_stop_the_doctor(data):
    path = data / "fitzpatrick17k" / "fitzpatrick17k.csv"
    path.write_bytes(b"\xff\xfe\x00" * 10)
    assert [one.name for one in catalogue.survey(data)] == list(catalogue.DATASETS)


def test_unknown_data_set_is_refused_with_the_names(tmp_path):
    with pytest.raises(ParameterError, match="one of dermnet, fitzpatrick17k"):
        catalogue.load("ham1000", tmp_path)


def test_absent_data_set_names_the_page(tmp_path):
    write(tmp_path / "notes.txt", "x")
    for name, one in catalogue.DATASETS.items():
        with pytest.raises(DataMissingError) as error:
            catalogue.load(name, tmp_path)
        assert one.page in error.value.way_out


def test_strict_refuses_what_is_else_recorded(data):
    write(data / "ham10000" / "images" / "ISIC_99.jpg")
    found = catalogue.load("ham10000", data)
    assert list(found.problems["kind"]) == ["picture without row"]
    with pytest.raises(TableError, match="1 problems in ham10000.*ISIC_99"):
        catalogue.load("ham10000", data, strict=True)


def test_catalogue_answers_without_pandas():
    code = (
        "import sys; from pathlib import Path; from helpers.data import catalogue; "
        "catalogue.present(Path('nowhere')); "
        "sys.exit('pandas' in sys.modules or 'pandera' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
