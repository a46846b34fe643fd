import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.base import paths
from helpers.base.errors import ParameterError, UnsafePathError


def test_relative_folders_mean_the_same_from_everywhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert paths.resolve("data/sample") == paths.SAMPLE_DATA
    assert paths.resolve("data/x/../sample") == paths.SAMPLE_DATA
    assert paths.resolve(tmp_path) == tmp_path
    assert paths.resolve("~") == Path.home()
    assert (paths.ROOT / "helpers" / "base" / "paths.py").is_file()


def test_home_of_nobody_is_refused():
    with pytest.raises(ParameterError, match="~nobody_by_this_name/x"):
        paths.resolve("~nobody_by_this_name/x")


def test_shown_paths_are_short_inside_the_project_and_whole_outside(tmp_path):
    assert paths.shown(paths.ROOT / "data" / "sample") == "data/sample"
    assert paths.shown(tmp_path / "x") == (tmp_path / "x").as_posix()


def test_importing_creates_nothing():
    assert not (paths.ROOT / "helpers" / "outputs").exists()


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "./", "..", "../x", "a/../../x", "a\\..\\..\\x", "/etc/passwd"),
        *("\\x", "\\\\host\\share\\x", "C:x", "c:/x", "//x", "a\0b", "a\nb", "a\tb"),
        *("a/.. /x", "a/... ", ". ./x"),
    ],
)
def test_09_names_that_lead_out_are_refused(name):
    with pytest.raises(UnsafePathError, match="nothing was written"):
        paths.child_of(Path("data"), name)


@pytest.mark.parametrize(
    "name",
    [
        *("a b.jpg", "-rf.jpg", 'it\'s "x".jpg', "…/皮膚.png", "x" * 200 + ".jpg"),
        *("a/b/c.jpg", "..a/b..", ".hidden", "<script>.jpg", "{{ x }}"),
    ],
)
def test_08_unusual_names_stay_inside_the_folder(name, tmp_path):
    inside = paths.child_of(tmp_path, name)
    assert inside.relative_to(tmp_path).as_posix() == name


def test_08_two_normal_forms_are_one_name():
    composed, decomposed = (unicodedata.normalize(f, "é.jpg") for f in ("NFC", "NFD"))
    folder = Path("data")
    assert composed != decomposed
    assert paths.child_of(folder, composed) == paths.child_of(folder, decomposed)


@given(st.text())
def test_09_whatever_is_joined_stays_below_the_folder(name):
    folder = paths.ROOT / "data"
    try:
        inside = paths.child_of(folder, name)
    except UnsafePathError:
        return
    assert folder in paths.resolve(inside).parents
