"""One trained model on disk: a folder with its weights, ``model.json``, and no more."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    ParameterError,
)
from helpers.base.paths import child_of, shown
from helpers.storage import atomic, hashes

NAME = "model.json"
SCHEMA = 1
FACTS = ("framework", "architecture", "labels", "preparation", "split", "metrics")
"""What `write_facts` wants to know of a model."""

_N_SHOWN = 5


def write_facts(folder: Path, facts: Mapping[str, Any], weights: Path) -> Path:
    """Write ``model.json`` beside the weights of a model; it makes the folder valid.

    Parameters
    ----------
    folder : Path
        The model's own folder, ``models/NAME``.
    facts : mapping
        `FACTS` and nothing else, in words of JSON: framework, architecture (a mapping),
        labels (in the order of the model's outputs), preparation (size_px, fit, inputs,
        inputs_version), split (its hash) and metrics.
    weights : Path
        The file of weights, already in `folder`.

    Returns
    -------
    Path
        ``folder / "model.json"``.

    Raises
    ------
    ParameterError
        If a fact is missing or unknown, labels are no list of different texts, or the
        folder holds something else besides.
    ArtefactMissingError
        If the weights are not in `folder`.
    ValueError
        If a fact is NaN or infinite.
    DiskError
        If the disk is full or read-only.
    """
    if wrong := sorted(set(FACTS) ^ set(facts)):
        raise ParameterError(
            f"a model is described by {', '.join(FACTS)}; missing or unknown: {wrong}",
            where=shown(folder),
            way_out="give these facts and no others",
        )
    check_label_table(facts["labels"])
    if weights.parent.resolve() != folder.resolve() or not weights.is_file():
        raise _no_weights(folder, weights.name)
    others = {path.name for path in hashes.list_files(folder)} - {NAME, weights.name}
    if others:
        raise ParameterError(
            f"the folder of a model holds other files: {sorted(others)[:_N_SHOWN]}",
            where=shown(folder),
            way_out="save each model in a folder of its own, or delete these",
        )
    whole = {"schema": SCHEMA, **facts, "labels": list(facts["labels"])}
    whole["weights"] = {"file": weights.name, "sha256": hashes.hash_file(weights)}
    whole = json.loads(json.dumps(whole))  # as it will be read: keys are texts
    content = whole | {"facts_sha256": hashes.hash_json(whole)}
    return atomic.write_json(folder / NAME, content)


def read_facts(folder: Path, labels: Sequence[str] | None = None) -> dict[str, Any]:
    """Read what a model is, after checking that its files are those that were saved.

    Parameters
    ----------
    folder : Path
        The model's folder.
    labels : sequence of str, optional
        The label table that it shall have, in order.

    Returns
    -------
    dict
        `FACTS`, schema and weights (file, sha256), as `write_facts` wrote them.

    Raises
    ------
    ArtefactMissingError
        If ``model.json`` or the weights are not there.
    ArtefactDamagedError
        If either is not what was written, or of another schema.
    ParameterError
        If the model has another label table; the error names the difference.
    """
    facts = _read_json(folder)
    if facts.get("schema") != SCHEMA:
        raise _damaged(folder / NAME, f"its schema is {facts.get('schema')!r}")
    digest = facts.pop("facts_sha256", None)
    if digest != hashes.hash_json(facts):
        raise _damaged(folder / NAME, "it was changed after it was written")
    weights = _weights_of(folder, facts)
    if hashes.hash_file(weights) != facts["weights"].get("sha256"):
        raise _damaged(weights, "its bytes are not those that were saved")
    if labels is not None:
        refuse_other_labels(facts["labels"], labels, shown(folder))
    return facts


def check_label_table(labels: Sequence[str]) -> None:
    """Refuse what is no label table.

    Parameters
    ----------
    labels : sequence of str
        Names of the outputs, in order.

    Raises
    ------
    ParameterError
        If it is empty, a single text, holds something other than texts, or one twice.
    """
    listed = hasattr(labels, "__iter__") and not isinstance(labels, str)
    names = list(labels) if listed else []
    if not names or not all(isinstance(name, str) for name in names):
        what = f"a label table is a list of texts, not {labels!r:.80}"
    elif twice := sorted({name for name in names if names.count(name) > 1}):
        what = f"the label table repeats {twice[:_N_SHOWN]}"
    else:
        return
    raise ParameterError(
        what, "labels", "give each output a label of its own, in order"
    )


def refuse_other_labels(
    found: Sequence[str], wanted: Sequence[str], where: str
) -> None:
    """Refuse a label table that is not the one wanted.

    Parameters
    ----------
    found, wanted : sequence of str
        Label tables.
    where : str
        What has `found`.

    Raises
    ------
    ParameterError
        If they differ, with the labels that are in one only, or the first position at
        which the order differs.
    """
    found, wanted = list(found), list(wanted)
    if found == wanted:
        return
    missing = [name for name in wanted if name not in set(found)]
    extra = [name for name in found if name not in set(wanted)]
    pairs = enumerate(zip(found, wanted, strict=False))
    if missing or extra:
        parts = [
            f"{len(names)} {what} ({', '.join(map(repr, names[:_N_SHOWN]))})"
            for names, what in ((missing, "missing"), (extra, "unknown"))
            if names
        ]
        what = f"labels of {len(found)}, not {len(wanted)}: {' and '.join(parts)}"
    else:
        k, (here, there) = next((k, pair) for k, pair in pairs if pair[0] != pair[1])
        what = (
            f"the same labels in another order: number {k} is {here!r}, not {there!r}"
        )
    raise ParameterError(
        what, where, "use it with the label table it was made with, or make it again"
    )


def _read_json(folder: Path) -> dict[str, Any]:
    path = folder / NAME
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtefactMissingError(
            f"there is no model here: {NAME} is missing",
            where=shown(folder),
            way_out="run the notebook that trains it, or name another folder",
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"it is no JSON ({error})") from error
    if not isinstance(facts, dict):
        raise _damaged(path, "it holds no facts")
    return facts


def _weights_of(folder: Path, facts: Mapping[str, Any]) -> Path:
    """Return the file of weights; a folder from elsewhere may say anything."""
    entry = facts.get("weights")
    name = entry.get("file") if isinstance(entry, dict) else None
    if not isinstance(name, str) or set(FACTS) - facts.keys():
        raise _damaged(folder / NAME, f"it lacks one of {', '.join(FACTS)}, weights")
    weights = child_of(folder, name)
    if weights.parent != folder or not weights.is_file():
        raise _no_weights(folder, name)
    return weights


def _no_weights(folder: Path, name: str) -> ArtefactMissingError:
    return ArtefactMissingError(
        f"the weights {name!r} are not in the model's folder",
        where=shown(folder),
        way_out="run the notebook that trains it again",
    )


def _damaged(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the model is not used: {what}",
        where=shown(path),
        way_out="delete the folder and run the notebook that trains it again",
    )
