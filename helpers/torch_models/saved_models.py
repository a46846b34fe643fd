"""PyTorch networks in folders: numbers in safetensors, architecture in words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import safetensors
from safetensors.torch import load_file, save_file

from helpers.base.errors import ArtefactDamagedError
from helpers.base.paths import shown
from helpers.storage import atomic, model_folders
from helpers.torch_models import architectures
from helpers.torch_models.frameworks import nn, torch

FILE = "model.safetensors"
"""The numbers of a network, without any code; ``model.json`` lies beside it."""

FRAMEWORK = "pytorch"

_MASK_LABELS = ("lesion",)
_NOT_SAVED = ("seed", "weights", "weights_folder")
_N_SHOWN = 3


def save(
    folder: Path,
    model: nn.Module,
    preparation: Mapping[str, Any],
    split: str,
    metrics: Mapping[str, Any],
) -> Path:
    """Save a network for use: architecture and numbers, without the optimizer.

    Parameters
    ----------
    folder : Path
        The model's own folder; what it held before is replaced.
    model : torch.nn.Module
        From `architectures.make`; it stays where it is.
    preparation : mapping
        How pictures become inputs: size_px, fit, inputs, inputs_version.
    split : str
        Hash of the split that it was trained on.
    metrics : mapping
        What it reached, in words of JSON.

    Returns
    -------
    Path
        The ``model.json`` that makes the folder valid. The label table of a network
        that draws masks alone is ``["lesion"]``.

    Raises
    ------
    ParameterError
        If the folder holds something else besides.
    DiskError
        If the disk is full or read-only.
    """
    path = folder / FILE
    state = {name: one.detach().cpu() for name, one in model.state_dict().items()}
    with atomic.replacing(path) as partial:
        # On disk all tensors lie as PyTorch's own, whatever order a device likes.
        save_file({name: one.contiguous() for name, one in state.items()}, partial)
    facts = {
        "framework": FRAMEWORK,
        "architecture": dict(model.architecture),
        "labels": _label_table(model),
        "preparation": dict(preparation),
        "split": split,
        "metrics": dict(metrics),
    }
    return model_folders.write_facts(folder, facts, path)


def load(
    folder: Path, labels: Sequence[str] | None = None
) -> tuple[nn.Module, dict[str, Any]]:
    """Load a network that `save` saved; nothing is unpickled, no code is run.

    Parameters
    ----------
    folder : Path
        The model's folder.
    labels : sequence of str, optional
        The label table that it shall have, in order.

    Returns
    -------
    model : torch.nn.Module
        On the CPU, set to evaluate.
    facts : dict
        As `model_folders.read_facts` returns them.

    Raises
    ------
    ArtefactMissingError
        If there is no model.
    ArtefactDamagedError
        If it is damaged, of another framework, or its numbers are not those of its
        architecture; the error names the first tensors that differ.
    ParameterError
        If it has another label table; the error names the difference.
    """
    facts = model_folders.read_facts(folder, labels)
    path = folder / FILE
    if facts["framework"] != FRAMEWORK or facts["weights"]["file"] != FILE:
        what = f"{facts['weights']['file']!r} of framework {facts['framework']!r}"
        raise _refused(folder, f"it is {what}")
    model = _build(folder, facts["architecture"])
    if _label_table(model) != facts["labels"]:
        what = f"its network answers {_label_table(model)}, not {facts['labels']}"
        raise _refused(folder, what)
    try:
        state = load_file(path)
    except (safetensors.SafetensorError, ValueError, OSError) as error:
        raise _refused(path, f"it is no safetensors file ({error})") from error
    if differences := _differences(model.state_dict(), state):
        raise _refused(path, f"its numbers are of another network: {differences}")
    # The model so far takes no memory; what is in the file becomes its numbers.
    model.load_state_dict(state, assign=True)
    return model.eval(), facts


def _label_table(model: nn.Module) -> list[str]:
    return list(model.labels or _MASK_LABELS)


def _build(folder: Path, words: Any) -> nn.Module:
    """Return the network without numbers; a folder from elsewhere may say anything."""
    if not isinstance(words, dict) or set(words) & set(_NOT_SAVED):
        raise _refused(folder, f"this is no architecture: {words!r:.200}")
    try:
        with torch.device("meta"):
            return architectures.make(**words, seed=0)
    except Exception as error:  # PyTorch raises many kinds on what it cannot build
        raise _refused(folder, f"its network cannot be built ({error})") from error


def _differences(
    wanted: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]
) -> str:
    """Say how two sets of tensors differ; "" where they do not."""
    told = [f"{name} is missing" for name in wanted if name not in found]
    told += [f"{name} is unknown" for name in found if name not in wanted]
    for name in wanted.keys() & found.keys():
        kinds = [(tuple(one[name].shape), one[name].dtype) for one in (found, wanted)]
        if kinds[0] != kinds[1]:
            (here, dtype), (there, other) = kinds
            told.append(f"{name} is {dtype} {here}, not {other} {there}")
    more = f" and {len(told) - _N_SHOWN} more" if len(told) > _N_SHOWN else ""
    return "; ".join(sorted(told)[:_N_SHOWN]) + more


def _refused(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the model is not loaded: {what}",
        where=shown(path),
        way_out="delete the folder and run the notebook that trains it again",
    )
