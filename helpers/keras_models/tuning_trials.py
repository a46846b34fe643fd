"""One trial of a search: trained, written down, and never done twice.

KerasTuner decides what is tried. Its own files can be cut by a kill, so each finished
trial has a record of ours, whole or not at all, named by what was tried. A search that
goes on asks KerasTuner anew with the same seed, gets the same questions, and answers
the old ones from the records.
"""

import gc
import math
import time
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np

from helpers.base.errors import ArtefactDamagedError, TrainingError
from helpers.keras_models import training
from helpers.keras_models.frameworks import keras
from helpers.keras_models.trial_records import Record, read, read_all, write
from helpers.keras_models.tuning_task import Settings, Task, clone, compile_with
from helpers.storage import hashes
from helpers.storage.checkpoints import Checkpoints, State

SCORE = "val_f1_weighted"
_FACTOR = 3  # Hyperband's share that goes on: one in three, as its authors advise
_PAUSE_S = 0.01


def make_oracle(settings: Settings) -> keras_tuner.Oracle:
    """Return KerasTuner's part that decides what is tried.

    Parameters
    ----------
    settings : Settings
        How it is done.

    Returns
    -------
    keras_tuner.Oracle
        Its seed is the settings' plus 1: KerasTuner takes 0 for none.
    """
    space = keras_tuner.HyperParameters()
    space.Choice("optimizer", list(settings.optimizers))
    low, high = settings.learning_rates
    space.Float("learning_rate", low, high, sampling="log")
    common = dict(
        objective=keras_tuner.Objective(SCORE, "max"),
        hyperparameters=space,
        seed=settings.seed + 1,
        max_consecutive_failed_trials=2**31,  # a rate of .1 may well diverge
    )
    if settings.method == "hyperband":
        return keras_tuner.oracles.HyperbandOracle(
            max_epochs=settings.epochs, factor=_FACTOR, **common
        )
    return keras_tuner.oracles.RandomSearchOracle(
        max_trials=settings.n_trials, **common
    )


class Tuner(keras_tuner.Tuner):
    """KerasTuner's loop around `Task`; `problem` is the error that ended it, if any.

    Parameters
    ----------
    task : Task or None
        None where no trial is run: in the chief.
    settings : Settings
        How it is done.
    scratch : Path
        For KerasTuner's own files; empty.
    """

    def __init__(self, task: Task | None, settings: Settings, scratch: Path) -> None:
        self.task, self.problem = task, None
        super().__init__(
            make_oracle(settings), directory=str(scratch), project_name="search"
        )

    def pre_create_trial(self) -> None:
        """Wait a moment: a worker with nothing to do yet would ask without a pause."""
        time.sleep(_PAUSE_S)

    def run_trial(self, trial: Any) -> dict[str, float]:
        """Answer a trial: from its record, or by training.

        Parameters
        ----------
        trial : keras_tuner Trial
            What to try.

        Returns
        -------
        dict of str to float
            The score.
        """
        try:
            record = self.record_of(trial)
        except Exception as error:
            self.problem = error  # KerasTuner would take it for one more bad trial
            raise keras_tuner.errors.FatalError(str(error)) from error
        if record.score is None:
            raise keras_tuner.errors.FailedTrialError(record.status)
        return {SCORE: record.score}

    def record_of(self, trial: Any) -> Record:
        """Return a trial's record; where there is none, make it by training.

        Parameters
        ----------
        trial : keras_tuner Trial
            What to try.

        Returns
        -------
        Record
        """
        key, past = self._key_of(trial)
        record = read(self.task.folder, key, self.task.key)
        if record is not None:
            return record
        return self._train(trial, key, past)

    def _key_of(self, trial: Any) -> tuple[str, str | None]:
        """Name a trial by what is tried, not by its number: workers race for those."""
        values = dict(trial.hyperparameters.values)
        past_id, past = values.pop("tuner/trial_id", None), None
        if past_id is not None:
            past, _ = self._key_of(self.oracle.get_trial(past_id))
        values["past"] = past
        return hashes.hash_json(values)[:16], past

    def _train(self, trial: Any, key: str, past: str | None) -> Record:
        task, values = self.task, trial.hyperparameters.values
        settings = task.settings
        epochs = values.get("tuner/epochs", settings.epochs)
        before = values.get("tuner/initial_epoch", 0)
        model = clone(task.model)
        if past is not None:
            model.set_weights(_weights(task, past))
        compile_with(model, values["optimizer"], values["learning_rate"])
        of = f" of {settings.n_trials}" * (settings.method == "random")
        record = dict(key=key, optimizer=values["optimizer"])
        record |= dict(learning_rate=values["learning_rate"])
        try:
            trained = training.fit(
                model,
                task.arrays,
                task.y,
                task.validation,
                epochs=epochs - before,
                batch_size=settings.batch_size,
                folder=task.folder / f"training-{key}",
                patience=settings.patience,
                monitor=SCORE,
                seed=settings.seed,
                description=f"trial {int(trial.trial_id) + 1}{of}",
            )
        except TrainingError as error:
            if error.where == "batch_size":  # memory: no other trial would fare better
                raise
            failed = Record(score=None, epochs=0, status=f"failed: {error}", **record)
            return write(task.folder, failed, task.key)
        finally:
            gc.collect()
        score = trained.history[SCORE][trained.best_epoch - 1]
        epochs = before + len(trained.history[SCORE])
        done = Record(score=score, epochs=epochs, status="done", **record)
        others = [one.score for one in read_all(task.folder, task.key) if one.score]
        if settings.method == "hyperband" or score >= max(others, default=-math.inf):
            _store(task, key).save(State(epochs, model.get_weights(), {}))
        return write(task.folder, done, task.key)  # last: what it says is there


def _store(task: Task, key: str) -> Checkpoints:
    return Checkpoints(task.folder / f"weights-{key}", task.key)


def _weights(task: Task, key: str) -> list[np.ndarray]:
    """Return the weights that a trial ended with."""
    state = _store(task, key).load()
    if state is None:
        raise ArtefactDamagedError(
            "the weights of a finished trial are missing or damaged",
            where=str(task.folder / f"weights-{key}"),
            way_out="delete the folder of the search and search anew",
        )
    return state.tensors


def best_model(task: Task, record: Record) -> keras.Model:
    """Return the model of a trial, with the weights of its best epoch, compiled.

    Parameters
    ----------
    task : Task
        The search.
    record : Record
        Its best trial.

    Returns
    -------
    keras.Model

    Raises
    ------
    ArtefactDamagedError
        If its weights were changed or removed.
    """
    model = clone(task.model)
    model.set_weights(_weights(task, record.key))
    compile_with(model, record.optimizer, record.learning_rate)
    return model
