"""A search written down for the processes that share it: model, data, settings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from helpers.base.errors import ArtefactDamagedError, DataMissingError
from helpers.base.paths import shown
from helpers.keras_models import tuning
from helpers.keras_models.frameworks import keras
from helpers.keras_models.tuning_task import Settings, Task
from helpers.storage import arrays as array_files
from helpers.storage import atomic, hashes

_JOB, _MODEL = "job.json", "model.keras"


def write_job(
    folder: Path,
    model: keras.Model,
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray,
    validation: tuple[Mapping[str, np.ndarray], np.ndarray],
    settings: Settings,
) -> Path:
    """Write what a worker needs: model, data and settings.

    Parameters
    ----------
    folder : Path
        Of the search, which all workers can read and write; the job goes to ``job`` in
        it.
    model, arrays, y, validation, settings
        As for `tuning.search`.

    Returns
    -------
    Path
        The job's folder.
    """
    tuning.open_search(model, arrays, y, validation, folder, settings)
    job = atomic.make_folder(folder / "job")
    model.save(job / _MODEL)
    for part, inputs in (("train", arrays), ("validation", validation[0])):
        for name, array in inputs.items():
            array_files.save_array(job / f"{part}-{name}.npy", array)
    array_files.save_array(job / "y-train.npy", y)
    array_files.save_array(job / "y-validation.npy", validation[1])
    facts = {"inputs": list(arrays), "settings": settings._asdict()}
    facts["model"] = hashes.hash_file(job / _MODEL)
    atomic.write_json(job / _JOB, facts)
    return job


def read_settings(job: Path) -> Settings:
    """Return the settings of a job.

    Parameters
    ----------
    job : Path
        From `write_job`.

    Returns
    -------
    Settings

    Raises
    ------
    DataMissingError
        If there is no job.
    ArtefactDamagedError
        If it cannot be read.
    """
    raw = _read_facts(job)["settings"]
    pairs = {name: tuple(raw[name]) for name in ("optimizers", "learning_rates")}
    return Settings(**raw | pairs)


def read_task(job: Path) -> Task:
    """Return the search of a job, whose folder is the one that the job lies in.

    Parameters
    ----------
    job : Path
        From `write_job`.

    Returns
    -------
    Task

    Raises
    ------
    DataMissingError, ArtefactMissingError
        If the job or a part of it is not there.
    ArtefactDamagedError
        If a part was changed.
    """
    facts = _read_facts(job)
    if hashes.hash_file(job / _MODEL) != facts["model"]:
        raise _damaged(job, "its model was changed")
    # safe_mode: a layer that is code is refused, even if somebody changed both files.
    model = keras.saving.load_model(job / _MODEL, compile=False, safe_mode=True)
    data = []
    for part in ("train", "validation"):
        names = [(name, job / f"{part}-{name}.npy") for name in facts["inputs"]]
        data.append({name: array_files.load_array(path) for name, path in names})
        data.append(array_files.load_array(job / f"y-{part}.npy"))
    arrays, y, held_out, y_held_out = data
    settings = read_settings(job)
    return tuning.open_search(
        model, arrays, y, (held_out, y_held_out), job.parent, settings
    )


def _read_facts(job: Path) -> dict[str, Any]:
    try:
        facts = dict(json.loads((job / _JOB).read_text(encoding="utf-8")))
        return {name: facts[name] for name in ("inputs", "settings", "model")}
    except FileNotFoundError as error:
        way_out = "name the folder that `write_job` returned"
        raise DataMissingError("there is no job", shown(job), way_out) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(job, f"it cannot be read ({error})") from error


def _damaged(job: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the job is not used: {what}", shown(job), "write the job again"
    )
