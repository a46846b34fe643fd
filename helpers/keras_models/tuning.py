"""Search for an optimizer and a learning rate with KerasTuner, as P3 did.

The search goes on after a kill: no finished trial is done again, and the one that was
running goes on from its last checkpoint.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
import pandas as pd

from helpers.base.errors import ArtefactDamagedError, ParameterError, TrainingError
from helpers.base.paths import shown
from helpers.keras_models import recipes
from helpers.keras_models.frameworks import keras
from helpers.keras_models.trial_records import Record
from helpers.keras_models.tuning_task import (
    Method,
    Settings,
    Task,
    clone,
    compile_with,
)
from helpers.keras_models.tuning_trials import Tuner, best_model
from helpers.storage import atomic

_FACTS = "search.json"
ENVIRONMENT = ("KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT")
_WAY_OUT = "delete the folder to search anew, or name another folder"


class Found(NamedTuple):
    """What a search found.

    Attributes
    ----------
    trials : DataFrame
        A row for each trial, in the order of asking: trial (from 1), optimizer,
        learning_rate, f1_weighted_validation (NaN where it failed), epochs, status.
    best : dict
        The row with the highest score.
    model : keras.Model
        The best trial's, with the weights of its best epoch, compiled.
    """

    trials: pd.DataFrame
    best: dict[str, Any]
    model: keras.Model


def search(
    model: keras.Model,
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray,
    validation: tuple[Mapping[str, np.ndarray], np.ndarray],
    folder: Path,
    settings: Settings,
) -> Found:
    """Try optimizers and learning rates; the best weighted F1 on validation wins.

    The same seed, data and machine give the same trials and scores on a CPU.

    Parameters
    ----------
    model : keras.Model
        Every trial begins with its weights; it is left as it is. Functional; compiled
        or not.
    arrays, y, validation
        As for `training.fit`.
    folder : Path
        Holds the records, of one search alone; it goes on with more `n_trials`.
    settings : Settings
        How.

    Returns
    -------
    Found

    Raises
    ------
    ParameterError
        If a setting makes no sense, or the folder is of another search: what differs.
    TrainingError
        If every trial failed, or memory ended.
    ArtefactDamagedError
        If what the folder says cannot be read.
    """
    task = open_search(model, arrays, y, validation, folder, settings)
    with _alone(), tempfile.TemporaryDirectory() as scratch:
        tuner = run(Tuner(task, settings, Path(scratch)))
        asked = [tuner.oracle.trials[one] for one in tuner.oracle.start_order]
        records = [tuner.record_of(trial) for trial in asked]
    trials = _table(records)
    if not trials["f1_weighted_validation"].notna().any():
        way_out = "lower the learning rates, and begin in another folder"
        raise TrainingError(records[-1].status, f"all {len(trials)} trials", way_out)
    row = int(trials["f1_weighted_validation"].idxmax())
    return Found(trials, trials.loc[row].to_dict(), best_model(task, records[row]))


def open_search(
    model: keras.Model,
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray,
    validation: tuple[Mapping[str, np.ndarray], np.ndarray],
    folder: Path,
    settings: Settings,
) -> Task:
    """Make a search's folder, or check that it is of the same search.

    Parameters
    ----------
    model, arrays, y, validation, folder
        As for `search`.
    settings : Settings
        As for `search`.

    Returns
    -------
    Task

    Raises
    ------
    ParameterError, ArtefactDamagedError
        As `search`.
    """
    _check(settings)
    twin = clone(model)
    compile_with(twin, settings.optimizers[0], settings.learning_rates[0])
    wanted = json.loads(json.dumps(settings._asdict()))
    del wanted["n_trials"]  # more of them go on with the same search
    key = recipes.key_of(twin, [arrays, y, *validation], wanted)
    wanted["key"] = key
    path = folder / _FACTS
    if not path.is_file():
        atomic.write_json(path, wanted)
    try:
        found = dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        what = f"the search's settings cannot be read ({error})"
        raise ArtefactDamagedError(what, shown(path), _WAY_OUT) from error
    differences = [
        f"{name} {found.get(name)!r} instead of {value!r}"
        for name, value in wanted.items()
        if name != "key" and found.get(name) != value
    ]
    if not differences and found.get("key") != key:
        differences = ["another model, other pictures or labels, or other versions"]
    if differences:
        what = "the folder holds another search: " + "; ".join(differences)
        raise ParameterError(what, shown(folder), _WAY_OUT)
    return Task(model, arrays, y, validation, folder, settings, key)


def run(tuner: Tuner) -> Tuner:
    """Let KerasTuner ask until nothing is left to try.

    Parameters
    ----------
    tuner : Tuner
        New.

    Returns
    -------
    Tuner
        `tuner`.

    Raises
    ------
    ProjectError
        What ended a trial that is not the trial's fault.
    """
    tuner.oracle.verbose = 0
    try:
        tuner.search()
    except Exception:
        if tuner.problem is not None:
            raise tuner.problem from None
        raise
    return tuner


def _check(settings: Settings) -> None:
    """Refuse settings with which nothing could be tried."""
    low, high = settings.learning_rates
    right = {
        "learning_rates": 0 < low < high < float("inf"),
        "optimizers": settings.optimizers and all(map(_is_known, settings.optimizers)),
        "method": settings.method in get_args(Method),
        "n_trials": settings.n_trials >= 1,
        "seed": settings.seed >= 0,
    }
    for name, holds in right.items():
        if not holds:
            raise ParameterError(
                f"nothing can be searched with {name} {getattr(settings, name)!r}",
                where=name,
                way_out=f"P3 has {Settings._field_defaults.get(name, 'any from 0')!r}",
            )


def _is_known(optimizer: str) -> bool:
    try:
        return keras.optimizers.get(optimizer) is not None
    except ValueError:
        return False


def _table(records: Sequence[Record]) -> pd.DataFrame:
    columns = {
        "trial": np.arange(1, len(records) + 1),
        "optimizer": [one.optimizer for one in records],
        "learning_rate": [one.learning_rate for one in records],
        "f1_weighted_validation": np.array([one.score for one in records], float),
        "epochs": [one.epochs for one in records],
        "status": [one.status for one in records],
    }
    return pd.DataFrame(columns)


@contextmanager
def _alone() -> Iterator[None]:
    """Hide the variables that would make KerasTuner look for a chief."""
    kept = {name: os.environ.pop(name, None) for name in ENVIRONMENT}
    try:
        yield
    finally:
        os.environ.update({k: v for k, v in kept.items() if v is not None})
