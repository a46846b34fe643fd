"""The command `predict`: known answers, damaged pictures, folders that are in the way.

The model is a few lines of NumPy; test_predict_frameworks has those of both rooms.
"""

import os
import signal
import sys
import types

import numpy as np
import pandas as pd
import pytest
import small_predict
from PIL import Image
from small_predict import PREPARATION, model, pictures, write

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    DataMissingError,
    DiskError,
    ParameterError,
)
from helpers.data import masks
from helpers.images import inputs, prepared
from helpers.series import answering, cli, predicting, prediction_folder
from helpers.storage import hashes, tables

NAMES = ["a.jpg", "b.png", "sub/a.png", "sub/deep er/ä,1.PNG", "turned.jpg"]


class Room(types.ModuleType):
    """A room whose models say how light a picture is, and draw what is dark."""

    def __init__(self):
        super().__init__("room_of_a_test")
        self.asked, self.draws, self.names = [], True, True
        self.before = lambda: None

    def load(self, folder, batch_size):
        self.batch_size = batch_size
        return self.answer, "an abacus"

    def answer(self, given):
        self.before()
        self.asked.append(given)
        rgb = given["rgb"].astype(np.float32) / 255
        light = rgb.mean((1, 2, 3))
        dark = (rgb.mean(-1) < 0.5).astype(np.float16)
        y_prob = np.stack([1 - light, light], 1) if self.names else None
        return y_prob, dark if self.draws else None


@pytest.fixture
def room(monkeypatch):
    room = Room()
    monkeypatch.setitem(sys.modules, room.__name__, room)
    monkeypatch.setitem(predicting._ROOMS, "pytorch", room.__name__)
    monkeypatch.setenv("HELPERS_QUIET", "1")
    return room


@pytest.fixture
def images(tmp_path):
    return pictures(tmp_path / "images")


@pytest.fixture
def ready(tmp_path, images, room):
    """The three folders of a command: model, pictures, answers."""
    return model(tmp_path / "model"), images, tmp_path / "out"


def read(out):
    return pd.read_csv(out / "predictions.csv"), pd.read_csv(out / "problems.csv")


def words_of(folders):
    pairs = zip(("--model", "--images", "--out"), map(str, folders), strict=True)
    return ["predict", *(word for pair in pairs for word in pair)]


# What it answers


def test_every_picture_has_its_row_and_its_mask(ready, capsys):
    assert cli.main([*words_of(ready), "--batch-size", "3"]) == 0
    out = ready[2]
    table, problems = read(out)
    columns = ["picture", "label", "p_dark", "p_light", "mask", "lesion_share"]
    assert list(table.columns) == columns and table["picture"].tolist() == NAMES
    assert (table["label"] == "light").all()
    np.testing.assert_allclose(table["p_dark"] + table["p_light"], 1, atol=1e-6)
    assert problems.values.tolist() == [
        ["sub/cut.jpg", "truncated", "truncated: the file ends before its picture"]
    ]
    told = capsys.readouterr().out
    assert "5 pictures in" in told and "an abacus" in told
    assert "1 could not be read" in told and "predictions.csv" in told
    files = {path.relative_to(out).as_posix() for path in hashes.list_files(out)}
    assert files == {"predictions.csv", "problems.csv", *table["mask"]}
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_masks_lie_over_the_pictures_in_their_own_size(ready):
    predicting.apply(*ready)
    table, _ = read(ready[2])
    names = [f"masks/{name}.png" for name in ("a", "b", "sub/a", "sub/deep er/ä,1")]
    assert table["mask"].tolist() == [*names, "masks/turned.png"]
    sizes = [(50, 40), (60, 80), (90, 30), (64, 64), (48, 96)]
    for (height, width), row in zip(sizes, table.itertuples(), strict=True):
        gray = np.array(Image.open(ready[2] / row.mask))
        assert gray.shape == (height, width) and set(np.unique(gray)) == {0, 255}
        true = np.zeros((height, width), bool)
        true[height // 8 : height // 2, width // 8 : width // 2] = True
        assert ((gray > 0) != true).mean() < 0.03
        assert row.lesion_share == pytest.approx((gray > 0).mean(), abs=1e-6)
        read_back = masks.read_mask(ready[2] / row.mask, height, width)
        assert np.array_equal(read_back, gray > 0)


def test_a_classifier_writes_no_masks_and_a_segmenter_no_labels(ready, room):
    room.draws = False
    predicting.apply(*ready)
    assert list(read(ready[2])[0].columns) == ["picture", "label", "p_dark", "p_light"]
    assert not (ready[2] / "masks").exists()
    room.draws, room.names = True, False
    predicting.apply(*ready)
    assert list(read(ready[2])[0].columns) == ["picture", "mask", "lesion_share"]


def test_labels_are_in_the_order_of_the_model(tmp_path, images, room):
    room.draws = False
    labels = ["naevus, other", 'the "p_" one']
    predicting.apply(model(tmp_path / "m", labels), images, tmp_path / "out")
    table, _ = read(tmp_path / "out")
    assert list(table.columns[2:]) == [f"p_{name}" for name in labels]
    assert (table["label"] == labels[1]).all()


def test_pictures_are_prepared_as_for_the_training(tmp_path, images, room):
    names = ["gray", "rgb", "otsu"]
    how = PREPARATION | {"fit": "crop", "inputs": names}
    room.draws = False
    predicting.apply(model(tmp_path / "m", preparation=how), images, tmp_path / "out")
    (given,) = room.asked
    paths = [images / name for name in NAMES]
    trained = prepared.prepare(
        paths, hashes.hash_files(paths), names, 32, tmp_path / "store", "crop"
    )
    assert list(given) == names
    for name in names:
        assert np.array_equal(given[name], trained.arrays[name])


def test_blocks_change_nothing_but_memory(ready, room, monkeypatch):
    predicting.apply(*ready)
    whole = read(ready[2])
    monkeypatch.setattr(answering, "_MAX_BLOCK", 2)
    room.asked.clear()
    predicting.apply(*ready, batch_size=7)
    assert [len(given["rgb"]) for given in room.asked] == [2, 1, 2]  # one is damaged
    assert room.batch_size == 7
    for before, now in zip(whole, read(ready[2]), strict=True):
        pd.testing.assert_frame_equal(before, now)


def test_large_pictures_make_small_blocks(ready, tmp_path, room, monkeypatch):
    monkeypatch.setattr(answering, "_MIN_BLOCK", 1)
    monkeypatch.setattr(answering, "_BLOCK_BYTES", 3 * 32**2 * 2)
    predicting.apply(*ready)
    assert [len(given["rgb"]) for given in room.asked] == [2, 1, 2]  # one is damaged


def test_pictures_of_one_stem_keep_masks_of_their_own(tmp_path, room):
    for k, name in enumerate(("x.jpg", "x.png", "X.bmp", "y.png")):
        write(tmp_path / "images" / name, small_predict.picture(20 + k, 20))
    predicting.apply(model(tmp_path / "m"), tmp_path / "images", tmp_path / "out")
    table, _ = read(tmp_path / "out")
    for row in table.itertuples():
        mask = Image.open(tmp_path / "out" / row.mask)
        assert mask.size == Image.open(tmp_path / "images" / row.picture).size
    assert set(table["mask"]) == {
        f"masks/{name}.png" for name in ("x.jpg", "x.png", "X.bmp", "y")
    }
    odd = ["x.jpg", "x.png", "x.jpg.png"]
    assert len(set(prediction_folder.mask_names(odd))) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="names there are text")
def test_names_that_are_no_text_are_told(tmp_path, room):
    path = write(tmp_path / "images" / "x.png")
    path.rename(path.with_name(os.fsdecode(b"\xff.png")))
    predicting.apply(model(tmp_path / "m"), tmp_path / "images", tmp_path / "out")
    table, _ = read(tmp_path / "out")
    assert table["picture"].tolist() == [r"\udcff.png"]
    assert (tmp_path / "out" / table["mask"][0]).is_file()


def test_where_no_picture_can_be_read_the_reasons_are_kept(tmp_path, room):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"")
    (tmp_path / "images" / "b.png").write_text("<html>gone</html>")
    folders = model(tmp_path / "m"), tmp_path / "images", tmp_path / "out"
    assert cli.main(words_of(folders)) == 1
    table, problems = read(folders[2])
    assert len(table) == 0 and problems["kind"].tolist() == ["empty", "not a picture"]
    assert not room.asked


def test_other_code_than_at_the_training_is_told(tmp_path, images, room, capsys):
    old = model(tmp_path / "m", preparation=PREPARATION | {"inputs_version": "old"})
    assert cli.main(words_of((old, images, tmp_path / "out"))) == 0
    assert "has changed" in capsys.readouterr().err
    new = model(tmp_path / "n")
    assert cli.main(words_of((new, images, tmp_path / "out"))) == 0
    assert capsys.readouterr().err == "" and inputs.VERSION


# What it refuses


def test_folders_without_pictures_are_refused(ready, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("x")
    for images, message in (
        (tmp_path / "nowhere", "no such folder"),
        (ready[1] / "a.jpg", "that is a file"),
        (empty, "holds no pictures.*[.]jpeg"),
    ):
        with pytest.raises(DataMissingError, match=message):
            predicting.apply(ready[0], images, ready[2])
    assert not ready[2].exists()


@pytest.mark.parametrize("place", ["images", "images/sub/new", "model/x", "link/x"])
def test_answers_in_the_folder_of_pictures_or_model_are_refused(ready, tmp_path, place):
    (tmp_path / "link").symlink_to(tmp_path / "images")
    with pytest.raises(ParameterError, match="would lie in the folder of the"):
        predicting.apply(*ready[:2], tmp_path / place)


def test_a_folder_with_other_files_is_refused_untouched(ready, room):
    out = ready[2]
    write(out / "masks" / "a.png")
    mine = (out / "masks" / "a.png").read_bytes()
    with pytest.raises(ParameterError, match="did not write.*masks/a.png"):
        predicting.apply(*ready)
    tables.write_table(out / "predictions.csv", pd.DataFrame({"picture": ["z.jpg"]}))
    tables.write_table(out / "problems.csv", pd.DataFrame({"picture": []}))
    with pytest.raises(ParameterError, match="masks/a.png"):
        predicting.apply(*ready)
    assert (out / "masks" / "a.png").read_bytes() == mine and not room.asked
    (ready[1].parent / "file").touch()
    with pytest.raises(DiskError, match="a file stands"):
        predicting.apply(*ready[:2], ready[1].parent / "file")


def test_an_earlier_answer_is_replaced_with_all_its_masks(ready):
    predicting.apply(*ready)
    for name in ("sub/a.png", "sub/cut.jpg", "b.png"):
        (ready[1] / name).unlink()
    write(ready[1] / "new.png")
    predicting.apply(*ready)
    table, problems = read(ready[2])
    wanted = [NAMES[0], "new.png", *NAMES[3:]]
    assert table["picture"].tolist() == wanted and len(problems) == 0
    found = {p.relative_to(ready[2]).as_posix() for p in hashes.list_files(ready[2])}
    assert found == {"predictions.csv", "problems.csv", *table["mask"]}


@pytest.mark.parametrize(
    ("preparation", "message"),
    [
        ({"size_px": 32}, "fit None and inputs None"),
        (PREPARATION | {"size_px": "32"}, "size_px '32'"),
        (PREPARATION | {"size_px": 10**6}, "size_px 1000000"),
        (PREPARATION | {"fit": "stretch"}, "fit 'stretch'"),
        (PREPARATION | {"inputs": ["features"]}, r"unknown: \['features'\]"),
    ],
)
def test_models_that_take_no_pictures_are_refused(
    ready, tmp_path, preparation, message
):
    folder = model(tmp_path / "m", preparation=preparation)
    with pytest.raises(ArtefactDamagedError, match=message):
        predicting.apply(folder, *ready[1:])


def test_other_frameworks_and_no_models_are_refused(ready, tmp_path):
    with pytest.raises(ArtefactDamagedError, match="framework 'caffe'.*keras and py"):
        predicting.apply(model(tmp_path / "m", framework="caffe"), *ready[1:])
    with pytest.raises(ArtefactMissingError, match="model.json is missing"):
        predicting.apply(ready[1], *ready[1:])
    (ready[0] / "model.bin").write_bytes(b"other")
    assert cli.main(words_of(ready)) == 2


def test_answers_that_are_no_numbers_leave_nothing(ready, room, monkeypatch):
    monkeypatch.setattr(room, "answer", lambda given: (np.full((5, 2), np.nan), None))
    with pytest.raises(ParameterError, match="NaN"):
        predicting.apply(*ready)
    broken = np.full((5, 32, 32), np.nan, np.float16)
    monkeypatch.setattr(room, "answer", lambda given: (None, broken))
    with pytest.raises(ParameterError, match="masks hold NaN"):
        predicting.apply(*ready)
    assert not ready[2].exists()


def test_masks_of_cropped_pictures_are_refused(tmp_path, images, room):
    cropped = model(tmp_path / "m", preparation=PREPARATION | {"fit": "crop"})
    with pytest.raises(ParameterError, match="'crop' do not lie over"):
        predicting.apply(cropped, images, tmp_path / "out")


def test_ctrl_c_leaves_everything_as_it_was(ready, room, capsys):
    room.before = lambda: signal.raise_signal(signal.SIGINT)
    assert cli.main(words_of(ready)) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert not ready[2].exists()
    room.before = lambda: None
    predicting.apply(*ready)
    before = hashes.hash_folder(ready[2])
    (ready[1] / "b.png").unlink()
    room.before = lambda: signal.raise_signal(signal.SIGINT)
    assert cli.main(words_of(ready)) == 130
    assert hashes.hash_folder(ready[2]) == before
    assert not [path for path in ready[2].iterdir() if path.name.startswith(".")]


def test_a_full_disk_is_told_and_leaves_nothing(ready, monkeypatch, capsys):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(ready[2]), "write_bytes", full)
    assert cli.main(words_of(ready)) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert not ready[2].exists()
