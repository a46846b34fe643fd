"""Models saved with what they mean; files that would run code are refused."""

import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import small_keras

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    ParameterError,
)
from helpers.keras_models import saved_models, training
from helpers.keras_models.frameworks import keras
from helpers.storage import model_folders

LABELS = ["acne", "eczema", "naevus", "psoriasis"]
FACTS = {
    "preparation": {"size_px": 16, "fit": "crop", "inputs": ["rgb"]},
    "split": "abc",
    "metrics": {"accuracy": 0.5},
}
MODEL = small_keras.model()


@pytest.fixture
def folder(tmp_path):
    saved_models.save(tmp_path / "m", MODEL, LABELS, **FACTS)
    return tmp_path / "m"


def test_a_model_comes_back_with_its_facts_and_answers(folder):
    model, facts = saved_models.load(folder, LABELS)
    X, _ = small_keras.pictures(12, 2)
    np.testing.assert_array_equal(
        training.predict(model, X), training.predict(MODEL, X)
    )
    assert {name: facts[name] for name in FACTS} == FACTS
    assert facts["labels"] == LABELS and facts["framework"] == "keras"
    assert facts["architecture"]["n_parameters"] == MODEL.count_params()
    assert not model.compiled
    names = {path.name for path in folder.iterdir()}
    assert names == {saved_models.FILE, model_folders.NAME}


def test_no_optimizer_is_saved_and_the_model_trains_on(folder):
    own = small_keras.model()
    small_keras.train(own, epochs=1)
    saved_models.save(folder, own, LABELS, **FACTS)
    loaded, _ = saved_models.load(folder)
    pairs = zip(loaded.get_weights(), own.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)
    assert own.compiled and own.optimizer.iterations > 0
    with zipfile.ZipFile(folder / saved_models.FILE) as archive:
        assert not json.loads(archive.read("config.json"))["compile_config"]


def test_another_label_table_is_refused(folder, tmp_path):
    with pytest.raises(ParameterError, match="another order"):
        saved_models.load(folder, LABELS[::-1])
    with pytest.raises(ParameterError, match="'melanoma'"):
        saved_models.load(folder, [*LABELS[:3], "melanoma"])
    with pytest.raises(ParameterError, match="4 outputs, the label table 3"):
        saved_models.save(tmp_path / "n", MODEL, LABELS[:3], **FACTS)
    with pytest.raises(ParameterError, match="repeats"):
        saved_models.save(tmp_path / "n", MODEL, LABELS[:3] * 2, **FACTS)
    assert not (tmp_path / "n").exists()


def test_missing_and_damaged_files_are_refused(folder):
    path = folder / saved_models.FILE
    content = path.read_bytes()
    path.write_bytes(content[:-9])
    with pytest.raises(ArtefactDamagedError, match="its bytes"):
        saved_models.load(folder)
    path.unlink()
    with pytest.raises(ArtefactMissingError):
        saved_models.load(folder)


def sealed(folder):
    """Let the folder's facts fit whatever its file holds: the work of a stranger."""
    facts = json.loads((folder / model_folders.NAME).read_text("utf-8"))
    own = {name: facts[name] for name in model_folders.FACTS}
    model_folders.write_facts(folder, own, folder / saved_models.FILE)


def rewritten(path, change, extra=()):
    """Change the configuration inside a .keras file, or add members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members["config.json"].decode()
    members["config.json"] = change(text).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in [*members.items(), *extra]:
            archive.writestr(name, content)


class Canary:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_lambda_layer_runs_nothing_and_cannot_be_saved(folder, tmp_path):
    canary = tmp_path / "sung"
    rgb = keras.Input((4,), name="rgb")
    code = keras.layers.Lambda(lambda x, at=str(canary): (Path(at).mkdir(), x)[1])
    bad = keras.Model({"rgb": rgb}, code(keras.layers.Dense(4)(rgb)))
    canary.rmdir()  # it sang when it was made: it can
    with pytest.raises(ParameterError, match="a Lambda layer"):
        saved_models.save(tmp_path / "n", bad, LABELS, **FACTS)
    bad.save(folder / saved_models.FILE)
    sealed(folder)
    with pytest.raises(ArtefactDamagedError, match="a Lambda layer"):
        saved_models.load(folder)
    assert not canary.exists()


def as_function(text):
    """Put a function of the standard library where an activation is named."""
    function = {"module": "os", "class_name": "function", "config": "mkdir"}
    named = '"activation": "softmax"'
    assert named in text
    return text.replace(named, '"activation": ' + json.dumps(function))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (as_function, r"code \(function\)"),
        (lambda text: text.replace('"keras.layers"', '"os.path"'), "os.path"),
        (lambda text: text.replace('"keras.layers"', '"keras.utils"'), "keras.utils"),
        (lambda text: text[:-20], "no .keras file"),
    ],
)
def test_a_configuration_that_names_code_is_refused(folder, change, message):
    rewritten(folder / saved_models.FILE, change)
    sealed(folder)
    with pytest.raises(ArtefactDamagedError, match=message):
        saved_models.load(folder)


def test_pickles_and_other_files_are_refused_unread(folder, tmp_path):
    canary = tmp_path / "sung"
    song = pickle.dumps(Canary(canary))
    path = folder / saved_models.FILE
    rewritten(path, str, [("assets/x.pkl", song)])
    sealed(folder)
    with pytest.raises(ArtefactDamagedError, match="the file 'assets/x.pkl'"):
        saved_models.load(folder)
    path.write_bytes(song)
    sealed(folder)
    with pytest.raises(ArtefactDamagedError, match="no .keras file"):
        saved_models.load(folder)
    assert not canary.exists()
