import os
import re

import pytest
import toy_street

from helpers.base.paths import ROOT
from helpers.series import freshness, sources
from helpers.series.request import Street


@pytest.fixture
def house(tmp_path):
    """A house of its own: a imports b when it is called, c stands alone."""
    root = tmp_path / "house"
    (root / "helpers" / "floor").mkdir(parents=True)
    (root / "helpers" / "__init__.py").write_text('"""House."""')
    (root / "helpers" / "floor" / "__init__.py").write_text('"""Floor."""')
    (root / "helpers" / "floor" / "b.py").write_text("B = 1")
    (root / "helpers" / "c.py").write_text("C = 1")
    (root / "helpers" / "a.py").write_text(
        "import os\n\ndef f():\n    from helpers.floor import b\n    return b.B\n"
    )
    return root


def key(house, tmp_path, code, values=None, data=None, needed=None):
    toy_street.write_notebook(tmp_path, "00_x", code)
    path = tmp_path / "00_x.ipynb"
    return freshness.key_of(path, values or {}, data or {}, needed or {}, house)


def test_imports_are_found_wherever_they_are(house):
    code = "%matplotlib inline\nimport numpy\nfrom helpers import a, c\n!ls"
    assert freshness.imported_modules(code, house) == {
        "helpers",
        "helpers.a",
        "helpers.c",
    }
    found = freshness.helper_hashes("import helpers.a", house)
    assert set(found) == {"helpers", "helpers.a", "helpers.floor", "helpers.floor.b"}


def test_code_that_does_not_parse_imports_nothing(house):
    assert freshness.imported_modules("from helpers import (", house) == set()


def test_key_follows_the_helpers_behind_and_no_others(house, tmp_path):
    before = key(house, tmp_path, "from helpers import a")
    (house / "helpers" / "c.py").write_text("C = 2")
    assert key(house, tmp_path, "from helpers import a") == before
    (house / "helpers" / "floor" / "b.py").write_text("B = 2")
    assert key(house, tmp_path, "from helpers import a") != before


def test_key_follows_code_text_values_data_and_needs(house, tmp_path):
    keys = [
        key(house, tmp_path, "x = 1"),
        key(house, tmp_path, "x = 2"),
        key(house, tmp_path, "x = 1", values={"seed": 2}),
        key(house, tmp_path, "x = 1", data={"ham10000": "a"}),
        key(house, tmp_path, "x = 1", needed={"00_y": "b"}),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == key(house, tmp_path, "x = 1")


def test_key_does_not_follow_where_things_lie(house, tmp_path):
    one = key(house, tmp_path, "x = 1", values={"data": "/a", "out": "/b"})
    assert one == key(house, tmp_path, "x = 1", values={"data": "/c", "out": "/d"})


def test_key_does_not_follow_outputs_and_metadata(house, tmp_path):
    before = key(house, tmp_path, "x = 1")
    path = tmp_path / "00_x.ipynb"
    text = path.read_text().replace('"execution_count": null', '"execution_count": 5')
    path.write_text(text.replace('"metadata": {}', '"metadata": {"collapsed": true}'))
    assert before == freshness.key_of(path, {}, {}, {}, house)


def test_key_follows_the_registry_of_data_sets(house, tmp_path):
    before = key(house, tmp_path, "x = 1")
    (house / "data").mkdir()
    (house / "data" / "registry.csv").write_text("name\n")
    assert key(house, tmp_path, "x = 1") != before


def test_data_hash_follows_names_and_bytes_not_times(tmp_path):
    folder = tmp_path / "data" / "dermnet" / "train" / "Acne"
    folder.mkdir(parents=True)
    picture = folder / "a.jpg"
    picture.write_bytes(b"one")
    first = freshness.data_hash("dermnet", tmp_path / "data")
    os.utime(picture, (0, 0))
    assert freshness.data_hash("dermnet", tmp_path / "data") == first
    picture.write_bytes(b"two")
    os.utime(picture, (0, 0))
    second = freshness.data_hash("dermnet", tmp_path / "data")
    picture.rename(folder / "b.jpg")
    third = freshness.data_hash("dermnet", tmp_path / "data")
    assert len({first, second, third}) == 3


@pytest.mark.skipif(os.name == "nt", reason="links and pipes as POSIX has them")
def test_data_hash_passes_over_links_to_nowhere_loops_and_pipes(tmp_path):
    folder = tmp_path / "ham10000" / "images"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"one")
    before = freshness.data_hash("ham10000", tmp_path)
    (folder / "b.jpg").symlink_to("nowhere.jpg")
    (folder / "c.jpg").symlink_to("c.jpg")
    os.mkfifo(folder / "d.jpg")  # reading it would never end
    assert freshness.data_hash("ham10000", tmp_path) == before


def test_data_hash_of_nothing_and_of_the_folder_itself(tmp_path):
    assert freshness.data_hash("ham10000", tmp_path / "none")
    before = freshness.data_hash("", tmp_path)
    (tmp_path / "truth.csv").write_text("x")
    assert freshness.data_hash("", tmp_path) != before


def test_names_in_a_table_count_as_imports(house):
    code = 'TABLE = {"c": "helpers.c:C", "x": "helpers.none", "y": "see helpers.a"}'
    assert freshness.imported_modules(code, house) == {"helpers", "helpers.c"}


def test_every_import_by_name_is_known_to_the_key():
    """Who imports others by name holds the names in full, or is listed."""
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        code = path.read_text("utf-8")
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if "import_module(" in code and name not in freshness.IMPORTED_BY_NAME:
            assert re.search(r'"helpers\.[\w.]+:\w+"', code), name
    for names in freshness.IMPORTED_BY_NAME.values():
        for name in names:
            assert (ROOT / f"{name.replace('.', '/')}.py").is_file()


def test_notebooks_depend_on_the_session_and_not_on_the_painter():
    found = freshness.helper_hashes("from helpers.series import session")
    assert "helpers.storage.atomic" in found
    assert not any(name.startswith("helpers.data.sample.") for name in found)


def test_versions_name_python_and_packages():
    found = freshness.versions()
    assert re.fullmatch(r"3\.\d+", found["python"]) and "numpy" in found


def test_cells_are_read_as_nbformat_reads_them(tmp_path):
    import nbformat

    toy_street.write_notebook(tmp_path, "00_x", "x = 1\ny = 2")
    path = tmp_path / "00_x.ipynb"
    theirs = nbformat.read(path, as_version=4).cells
    ours = sources.read_cells(path)
    assert [cell.source for cell in ours] == [cell.source for cell in theirs]
    assert [cell.kind for cell in ours] == [cell.cell_type for cell in theirs]
    assert sources.parameters_cell(path).source == toy_street.PARAMETERS


def test_sources_of_the_street_have_keys():
    street = Street()
    keys = [
        freshness.key_of(street.source(name), {}, {}, {})
        for name in street.notebooks
        if street.source(name).is_file()
    ]
    assert len(set(keys)) == len(keys)
