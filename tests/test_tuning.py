"""Search for optimizer and learning rate: known answers, kills, and wrong folders."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from helpers.base.errors import ArtefactDamagedError, ParameterError, TrainingError
from helpers.keras_models import training, tuning, tuning_trials
from helpers.keras_models.frameworks import keras

COLUMNS = ["trial", "optimizer", "learning_rate", "f1_weighted_validation", "epochs"]
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HELPERS_QUIET", "1")


def make_data():
    """Return three clouds of features: training, codes, validation."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    X = (rng.normal(size=(90, 8)) + 2 * np.eye(3, 8)[y]).astype("float32")
    return {"features": X[:60]}, y[:60], ({"features": X[60:]}, y[60:])


def make_model():
    """Return a small head, always with the same weights."""
    keras.utils.set_random_seed(0)
    inputs = x = keras.Input((8,), name="features")
    x = keras.layers.Dropout(0.2)(keras.layers.Dense(16, activation="relu")(x))
    label = keras.layers.Dense(3, activation="softmax")(x)
    return keras.Model({"features": inputs}, label)


def settings(**changed):
    return tuning.Settings(
        **dict(batch_size=16, seed=0, n_trials=3, epochs=2) | changed
    )


def search(folder, **changed):
    return tuning.search(make_model(), *make_data(), folder, settings(**changed))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A finished search: folder and answer."""
    os.environ["HELPERS_QUIET"] = "1"
    folder = tmp_path_factory.mktemp("search") / "s"
    return folder, search(folder)


@pytest.fixture
def trained(monkeypatch):
    """The descriptions of the trials that were trained since."""
    told, fit = [], training.fit

    def note(*args, **kwargs):
        told.append(kwargs["description"])
        return fit(*args, **kwargs)

    monkeypatch.setattr(training, "fit", note)
    return told


def test_trials_lie_in_the_space_and_the_best_one_wins(done):
    _, found = done
    table = found.trials
    assert list(table) == [*COLUMNS, "status"] and list(table["trial"]) == [1, 2, 3]
    assert set(table["optimizer"]) <= {"adam", "rmsprop", "sgd"}
    assert table["learning_rate"].between(1e-3, 1e-1).all()
    assert table["learning_rate"].nunique() == 3
    assert (table["status"] == "done").all() and (table["epochs"] == 2).all()
    assert found.best["f1_weighted_validation"] == table[COLUMNS[3]].max()


def test_model_is_the_best_trials(done):
    _, found = done
    validation = make_data()[2]
    answers = training.predict(found.model, validation[0]).argmax(axis=1)
    from sklearn.metrics import f1_score

    score = f1_score(validation[1], answers, average="weighted", zero_division=0)
    assert score == pytest.approx(found.best["f1_weighted_validation"], abs=1e-9)
    assert type(found.model.optimizer).__name__.lower() == found.best["optimizer"]
    rate = float(found.model.optimizer.learning_rate.numpy())
    assert rate == pytest.approx(found.best["learning_rate"])


def test_learning_rates_are_even_on_a_log_scale():
    oracle = tuning_trials.make_oracle(settings())
    drawn = [oracle.populate_space(str(k))["values"] for k in range(400)]
    logs = np.log10([one["learning_rate"] for one in drawn])
    counts = np.histogram(logs, bins=4, range=(-3, -1))[0]
    assert logs.min() >= -3 and logs.max() <= -1 and counts.min() > 70
    names, per_name = np.unique([one["optimizer"] for one in drawn], return_counts=True)
    assert list(names) == ["adam", "rmsprop", "sgd"] and per_name.min() > 100


def test_same_seed_same_trials_in_another_folder(done, tmp_path, trained):
    again = search(tmp_path / "s")
    assert again.trials.equals(done[1].trials) and len(trained) == 3
    for ours, theirs in zip(
        again.model.get_weights(), done[1].model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_another_seed_tries_something_else(done):
    known = list(done[1].trials["learning_rate"])
    for seed, same in ((0, True), (1, False)):
        oracle = tuning_trials.make_oracle(settings(seed=seed))
        assert (oracle.populate_space("0")["values"]["learning_rate"] in known) is same


def test_finished_search_is_read_and_more_trials_go_on(done, trained):
    folder, found = done
    assert search(folder).trials.equals(found.trials) and not trained
    more = search(folder, n_trials=4)
    assert trained == ["trial 4 of 4"] and more.trials[:3].equals(found.trials)


def test_nothing_is_printed(done, capfd):
    search(done[0])
    assert capfd.readouterr() == ("", "")


def test_template_is_left_as_it_was_and_frozen_layers_stay_frozen(tmp_path):
    model = make_model()
    model.layers[1].trainable = False
    before = model.get_weights()
    found = tuning.search(model, *make_data(), tmp_path / "s", settings(n_trials=1))
    assert all(map(np.array_equal, before, model.get_weights()))
    after = found.model.get_weights()
    assert np.array_equal(before[0], after[0]) and not np.array_equal(
        before[2], after[2]
    )


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        (dict(seed=1), "seed 0 instead of 1"),
        (dict(epochs=3), "epochs 2 instead of 3"),
        (dict(learning_rates=(1e-4, 1e-1)), "learning_rates"),
        (dict(optimizers=("adam",)), "optimizers"),
        (dict(method="hyperband"), "method 'random' instead of 'hyperband'"),
    ],
)
def test_folder_of_another_search_is_refused(done, trained, changed, difference):
    with pytest.raises(ParameterError) as caught:
        search(done[0], **changed)
    assert difference in caught.value.what and "delete the folder" in str(caught.value)
    assert not trained


def test_folder_of_other_data_or_another_model_is_refused(done):
    arrays, y, validation = make_data()
    with pytest.raises(ParameterError, match="other pictures or labels"):
        tuning.search(make_model(), arrays, 2 - y, validation, done[0], settings())
    model = make_model()
    model.layers[1].trainable = False
    with pytest.raises(ParameterError, match="another model"):
        tuning.search(model, arrays, y, validation, done[0], settings())


def test_damaged_records_are_made_again_and_damaged_settings_refused(tmp_path, trained):
    folder = tmp_path / "s"
    found = search(folder)
    for path in folder.glob("trial-*.json"):
        path.write_text(path.read_text()[:20])
    assert search(folder).trials.equals(found.trials) and len(trained) == 6
    for path in folder.glob("weights-*/*.npy"):
        path.write_bytes(path.read_bytes()[:-8] + bytes(8))
    with pytest.raises(ArtefactDamagedError, match="weights of a finished trial"):
        search(folder)
    (folder / "search.json").write_text("{")
    with pytest.raises(ArtefactDamagedError, match="delete the folder"):
        search(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        dict(learning_rates=(0.1, 0.001)),
        dict(learning_rates=(0.0, 0.1)),
        dict(optimizers=()),
        dict(optimizers=("adma",)),
        dict(method="grid"),
        dict(n_trials=0),
        dict(seed=-1),
    ],
)
def test_settings_that_search_nothing_are_refused(tmp_path, wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        search(tmp_path / "s", **wrong)
    assert not list(tmp_path.iterdir())


def test_diverged_trial_is_a_row_and_not_the_end(tmp_path, monkeypatch):
    fit, calls = training.fit, []

    def diverge(*args, **kwargs):
        calls.append(1)
        if len(calls) in (1, 3):
            raise TrainingError("the loss is nan", "epoch 1, batch 2 of 4", "lower it")
        return fit(*args, **kwargs)

    monkeypatch.setattr(training, "fit", diverge)
    trials = search(tmp_path / "s").trials
    assert list(trials["f1_weighted_validation"].isna()) == [True, False, True]
    assert "the loss is nan" in trials["status"][0] and trials["epochs"][0] == 0
    search(tmp_path / "s")
    assert len(calls) == 3  # a failure is not tried again either


def test_only_failures_and_lack_of_memory_end_it_clearly(tmp_path, monkeypatch):
    def fail(where):
        def raise_it(*args, **kwargs):
            raise TrainingError("no", where, "do")

        monkeypatch.setattr(training, "fit", raise_it)

    fail("epoch 1, batch 1 of 4")
    with pytest.raises(TrainingError, match="all 3 trials"):
        search(tmp_path / "a")
    fail("batch_size")
    with pytest.raises(TrainingError, match="batch_size"):
        search(tmp_path / "b")
    assert not list((tmp_path / "b").glob("trial-*"))


def test_hyperband_lets_the_best_third_go_on(tmp_path, trained):
    found = search(tmp_path / "h", method="hyperband", epochs=4)
    first, last = found.trials.iloc[0], found.trials.iloc[-1]
    assert first["epochs"] == 2 and last["epochs"] == 4
    short = found.trials[found.trials["epochs"] == 2]
    longer = found.trials[found.trials["epochs"] == 4]
    pairs = set(zip(short["optimizer"], short["learning_rate"], strict=True))
    went_on = [
        (a, b) in pairs for a, b in longer[["optimizer", "learning_rate"]].values
    ]
    best = short.nlargest(sum(went_on), "f1_weighted_validation")["learning_rate"]
    assert 0 < sum(went_on) < len(short)
    assert set(best) <= set(longer["learning_rate"])
    n = len(trained)
    again = search(tmp_path / "h", method="hyperband", epochs=4)
    assert again.trials.equals(found.trials) and len(trained) == n


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from helpers.keras_models import training
from tests.test_tuning import search
fit, calls = training.fit, []
def slow(*args, **kwargs):
    calls.append(1)
    def wait(history):
        if len(calls) == 2:  # in the second trial, after its first epoch
            Path({flag!r}).touch()
            import time; time.sleep(60)
    return fit(*args, on_epoch=wait, **kwargs)
training.fit = slow
search(Path({folder!r}))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_search_goes_on_after_a_kill(done, tmp_path, trained):
    folder, flag = tmp_path / "s", tmp_path / "flag"
    code = KILLED.format(root=str(ROOT), folder=str(folder), flag=str(flag))
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while not flag.exists() and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert len(list(folder.glob("trial-*.json"))) == 1
    facts = json.loads(next(folder.glob("trial-*.json")).read_text())
    assert facts["status"] == "done"
    found = search(folder)
    assert trained == ["trial 2 of 3", "trial 3 of 3"]
    assert found.trials.equals(done[1].trials)
