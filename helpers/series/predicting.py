"""The command `predict`: a trained model applied to a folder of pictures."""

import argparse
import importlib
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pandas as pd

from helpers.base.errors import ArtefactDamagedError
from helpers.base.paths import shown
from helpers.images import inputs, resize
from helpers.series import answering, commands, interrupts, prediction_folder
from helpers.series.answering import Preparation
from helpers.storage import model_folders, tables

_ROOMS = {
    "keras": "helpers.keras_models.predicting",
    "pytorch": "helpers.torch_models.predicting",
}
"""Framework -> the module that loads its models; one alone is ever imported."""

_MAX_SIZE_PX = 4096


class Summary(NamedTuple):
    """What `apply` did: pictures answered and not, and on which device."""

    n_answered: int
    n_problems: int
    device: str
    note: str


def predict(arguments: argparse.Namespace) -> int:
    """Apply a model to a folder of pictures, and say what was done.

    Parameters
    ----------
    arguments : argparse.Namespace
        From `parser.build_parser`.

    Returns
    -------
    int
        0 all well, 1 no picture could be read, 130 ended: then nothing was written.

    Raises
    ------
    ProjectError
        As `apply`.
    """
    typed = (arguments.model, arguments.images, arguments.out)
    model, images, out = (Path(commands.from_here(one)) for one in typed)
    start = time.perf_counter()
    try:
        done = apply(model, images, out, arguments.batch_size)
    except KeyboardInterrupt:
        print("ended; nothing was written", file=sys.stderr)
        return interrupts.EXIT_CODE
    if done.note:
        print(f"note: {done.note}", file=sys.stderr)
    seconds = time.perf_counter() - start
    print(f"{done.n_answered:,} pictures in {seconds:.1f} s, {done.device}")
    if done.n_problems:
        where = shown(out / prediction_folder.PROBLEMS)
        print(f"{done.n_problems:,} could not be read: {where}")
    print(f"Open {shown(out / prediction_folder.TABLE)}")
    return 0 if done.n_answered else 1


def apply(
    model: Path, images: Path, out: Path, batch_size: int | None = None
) -> Summary:
    """Let a saved model answer for every picture below a folder.

    Parameters
    ----------
    model : Path
        Its folder, with ``model.json``; Keras or PyTorch.
    images : Path
        Folder of the pictures; folders in it are entered, hidden files passed over.
    out : Path
        ``predictions.csv`` (picture, as path below `images`; for a model with labels
        label and ``p_<label>``; for one with masks mask, as path below `out`, and
        lesion_share), ``problems.csv`` (picture, kind, detail) and
        ``masks/<stem>.png`` (0 and 255, size of the upright picture). It appears when
        all is done; an earlier answer is replaced.
    batch_size : int, optional
        Pictures in a pass; by default found by itself.

    Returns
    -------
    Summary

    Raises
    ------
    ArtefactMissingError, ArtefactDamagedError
        If there is no model, or it is not what was saved.
    DataMissingError
        If there are no pictures.
    ParameterError
        If `out` lies in one of the other folders, or holds other files, memory does
        not suffice, or the model answers with no numbers.
    DiskError
        If the disk is full or read-only.
    """
    facts = model_folders.read_facts(model)
    how = _preparation(model, facts)
    room = _room(model, facts)
    pictures = answering.find_pictures(images)
    prediction_folder.check(out, images, model)
    # From here on it takes long: the import alone may need 10 s.
    answer, device = importlib.import_module(room).load(model, batch_size)
    problems: list[tuple[str, str, str]] = []
    with prediction_folder.replacing(out) as folder:
        ask = answering.Ask(answer, how, facts["labels"], folder)
        found = list(answering.answers(pictures, ask, problems))
        rows = pd.concat(found) if found else pd.DataFrame(columns=["picture"])
        listed = pd.DataFrame(problems, columns=["picture", "kind", "detail"])
        tables.write_table(folder / prediction_folder.PROBLEMS, listed)
        tables.write_table(folder / prediction_folder.TABLE, rows)
    return Summary(len(rows), len(problems), device, _note(facts))


def _preparation(model: Path, facts: dict[str, Any]) -> Preparation:
    """Return how the model wants its pictures, after checking the words for it."""
    said = facts["preparation"]
    size_px, fit, names = (said.get(key) for key in ("size_px", "fit", "inputs"))
    is_size = type(size_px) is int and 1 <= size_px <= _MAX_SIZE_PX
    if not is_size or fit not in get_args(resize.Fit) or not isinstance(names, list):
        what = f"size_px {size_px!r}, fit {fit!r} and inputs {names!r} prepare nothing"
    elif unknown := sorted(set(map(str, names)) - set(inputs.INPUTS)) or not names:
        what = f"its inputs {names} are not made of pictures; unknown: {unknown}"
    else:
        return Preparation(size_px, fit, inputs.check(names))
    raise _unusable(model, what, "train and save it with a notebook of this project")


def _room(model: Path, facts: dict[str, Any]) -> str:
    name = facts["framework"]
    if name not in _ROOMS:
        known = " and ".join(_ROOMS)
        raise _unusable(model, f"it is of framework {name!r}", f"there are {known}")
    return _ROOMS[name]


def _unusable(model: Path, what: str, way_out: str) -> ArtefactDamagedError:
    where = shown(model / model_folders.NAME)
    return ArtefactDamagedError(f"the model cannot be applied: {what}", where, way_out)


def _note(facts: dict[str, Any]) -> str:
    if facts["preparation"].get("inputs_version") == inputs.VERSION:
        return ""
    return (
        "since the model was trained, the code that prepares pictures, or OpenCV or "
        "Pillow, has changed; answers may differ a little"
    )
