import json

import numpy as np
import pandas as pd
import pytest

from helpers.base import paths
from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    DataMissingError,
    ParameterError,
    UnsafePathError,
)
from helpers.series import session
from helpers.storage import manifests


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "note.txt").write_text("some data")
    return folder


@pytest.fixture
def begin(tmp_path, data):
    def begin(notebook="03_dedup", **more):
        settings = {"data": str(data), "out": str(tmp_path / "out"), "seed": 3} | more
        return session.begin(notebook, **settings)

    return begin


def test_run_has_folders_and_the_same_numbers_each_time(begin, tmp_path, data):
    run = begin()
    assert run.folder == tmp_path / "out" / "03_dedup" and run.folder.is_dir()
    assert (run.data, run.out, run.seed) == (data, tmp_path / "out", 3)
    first = (run.rng.random(), np.random.random())  # noqa: NPY002
    again = begin()
    assert first == (again.rng.random(), np.random.random())  # noqa: NPY002


def test_finish_writes_metrics_and_then_the_manifest(begin):
    run = begin()
    run.save_text("one\n", "removed.txt")
    run.finish({"n": np.int64(3), "f1": {"ham10000": np.float32(0.5)}, "ok": np.True_})
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert metrics == {"n": 3, "f1": {"ham10000": 0.5}, "ok": True}
    assert manifests.check_manifest(run.folder) == []
    assert set(manifests.read_manifest(run.folder)["files"]) == {
        "metrics.json",
        "removed.txt",
    }


@pytest.mark.parametrize("value", [np.nan, np.inf, {1, 2}, object()])
def test_finish_refuses_what_json_has_no_word_for_and_names_it(begin, value):
    run = begin()
    with pytest.raises(ParameterError, match=r"metrics\.by_label\[1\]\.f1"):
        run.finish({"by_label": [{"f1": 1.0}, {"f1": value}]})
    assert manifests.read_manifest(run.folder) is None


def test_tables_keep_a_named_index_and_drop_a_nameless_one(begin):
    run = begin()
    frame = pd.DataFrame({"a": [1, 2]})
    assert run.save_table(frame, "tables/x.csv").read_bytes() == b"a\n1\n2\n"
    named = frame.rename_axis("label")
    assert run.save_table(named, "tables/y.csv").read_text() == "label,a\n0,1\n1,2\n"


def test_names_cannot_leave_the_folder(begin):
    with pytest.raises(UnsafePathError):
        begin().save_text("x", "../x.txt")
    with pytest.raises(UnsafePathError):
        begin("../elsewhere")


def test_figures_are_saved_with_their_text(begin):
    from matplotlib.figure import Figure

    fig = Figure()
    fig.add_subplot().plot([1, 2])
    run = begin()
    run.save_figure(fig, "lines", alt="Two points.")
    assert (run.folder / "figures" / "lines.png").is_file()
    text = (run.folder / "figures" / "lines.txt").read_text()
    assert text.strip() == "Two points."


def test_require_gives_what_was_written(begin):
    first = begin("01_eda")
    first.save_text("a", "tables/a.txt")
    first.finish({})
    assert begin().require("01_eda", "tables/a.txt").read_text() == "a"


def test_require_says_which_notebook_to_run(begin):
    out = begin().out
    with pytest.raises(ArtefactMissingError, match="has not run here") as caught:
        begin().require("01_eda", "tables/a.txt")
    command = f"python start.py run --only 01_eda --out {out.as_posix()}"
    assert command in str(caught.value)


@pytest.mark.parametrize("name", ["sample", "laptop"])
def test_require_names_the_profile_whose_folder_it_is(begin, monkeypatch, name):
    run = begin()
    monkeypatch.setattr(paths, "OUTPUTS", run.out)
    object.__setattr__(run, "out", run.out / name)
    command = "python start.py run --only 01_eda"
    command += "" if name == "sample" else f" --profile {name}"
    with pytest.raises(ArtefactMissingError, match=f"run `{command}`"):
        run.require("01_eda", "a.txt")


def test_require_refuses_what_a_half_run_notebook_left(begin):
    first = begin("01_eda")
    first.save_text("a", "a.txt")
    first.finish({})
    begin("01_eda").save_text("b", "a.txt")
    with pytest.raises(ArtefactMissingError, match="has not run here"):
        begin().require("01_eda", "a.txt")


def test_require_refuses_a_file_that_is_not_listed_or_not_the_same(begin):
    first = begin("01_eda")
    path = first.save_text("a", "a.txt")
    first.finish({})
    (first.folder / "b.txt").write_text("b")
    with pytest.raises(ArtefactMissingError, match="did not write"):
        begin().require("01_eda", "b.txt")
    path.write_text("c")
    with pytest.raises(ArtefactDamagedError, match="not what 01_eda wrote"):
        begin().require("01_eda", "a.txt")
    path.unlink()
    with pytest.raises(ArtefactDamagedError):
        begin().require("01_eda", "a.txt")


def test_begin_removes_what_it_wrote_and_nothing_else(begin):
    run = begin()
    run.save_text("a", "tables/old.csv")
    run.save_text("b", "images/kept.jpg")
    run.finish({})
    (run.folder / "mine.txt").write_text("a student's")
    begin(keep=("images",))
    left = {path.name for path in run.folder.rglob("*") if path.is_file()}
    assert left == {"kept.jpg", "mine.txt"}


def test_damaged_manifest_is_forgotten(begin):
    run = begin()
    (run.folder / "manifest.json").write_text("{")
    begin().finish({})
    assert manifests.check_manifest(run.folder) == []


def test_missing_or_empty_data_is_refused_with_a_way_out(begin, tmp_path):
    for folder in (tmp_path / "none", tmp_path / "empty"):
        if folder.name == "empty":
            folder.mkdir()
        with pytest.raises(DataMissingError, match="doctor"):
            begin(data=str(folder))


def test_sample_is_drawn_where_it_is_missing(begin, tmp_path, monkeypatch):
    from helpers.data.sample import writing

    asked = []
    monkeypatch.setattr(paths, "SAMPLE_DATA", tmp_path / "sample")
    monkeypatch.setattr(
        writing, "ensure_sample", lambda folder, seed: asked.append((folder, seed))
    )
    begin(data=str(tmp_path / "sample"))
    assert asked == [(tmp_path / "sample", 3)]


def test_tables_name_files_so_that_data_and_run_can_move(begin):
    run = begin("02_download")
    picture = run.folder / "images" / "a.jpg"
    assert run.name_of(picture) == "02_download/images/a.jpg"
    assert run.locate("02_download/images/a.jpg") == picture
    other = run.data / "ham10000" / "images" / "b.jpg"
    assert run.name_of(other) == "ham10000/images/b.jpg"
    assert run.locate(run.name_of(other)) == other
    with pytest.raises(UnsafePathError):
        run.locate("../c.jpg")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("02_download/images/a.jpg", "out"),
        ("dermnet/train/Light Diseases/b 1.jpg", "data"),
        ("2_download/a.jpg", "data"),  # no notebook is called so
        ("fitzpatrick17k/02_download/a.jpg", "data"),
        ("02_download", "data"),  # a folder of the data, and no file of a notebook
    ],
)
def test_locate_knows_data_from_run_and_name_of_takes_it_back(begin, name, folder):
    run = begin()
    path = run.locate(name)
    assert path == getattr(run, folder) / name and path.is_absolute()
    assert run.name_of(path) == name


@pytest.mark.parametrize(
    "name", ["..", "../x.jpg", "02_download/../x.jpg", "ham10000/../../x", "/x.jpg", ""]
)
def test_locate_refuses_what_leads_out(begin, name):
    with pytest.raises(UnsafePathError):
        begin().locate(name)


def test_a_file_of_neither_folder_has_no_name(begin, tmp_path):
    with pytest.raises(ValueError, match="elsewhere"):
        begin().name_of(tmp_path / "elsewhere" / "a.jpg")


def test_the_figure_shown_is_the_one_that_was_saved(begin, monkeypatch):
    from matplotlib.figure import Figure

    shown = []
    monkeypatch.setattr(session, "display", shown.append)
    run, fig = begin(), Figure()
    fig.add_subplot().plot([1, 2])
    assert run.save_figure(fig, "lines", alt="Two points.") is None
    folder = run.folder / "figures"
    (picture,) = shown
    assert picture.data == (folder / "lines.png").read_bytes()
    assert picture.alt == "Two points."
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["lines.png", "lines.svg", "lines.txt"]


@pytest.mark.parametrize(
    ("name", "alt", "error"),
    [("../../out", "A line.", UnsafePathError), ("lines", " ", ValueError)],
)
def test_a_figure_without_a_place_or_a_text_is_neither_saved_nor_shown(
    begin, monkeypatch, name, alt, error
):
    from matplotlib.figure import Figure

    shown = []
    monkeypatch.setattr(session, "display", shown.append)
    run = begin()
    with pytest.raises(error):
        run.save_figure(Figure(), name, alt=alt)
    assert not shown and not list(run.out.rglob("*.png"))
