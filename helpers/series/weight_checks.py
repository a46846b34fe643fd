"""Whether the weights that notebooks ask for are there, before any of them starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.base.errors import ParameterError, ProjectError
from helpers.data import keras_weights, torch_weights, weight_folders
from helpers.features import encoders

FETCHED = weight_folders.FETCHED.name
"""Folder of fetched weights below a data folder."""
ENCODERS = {"encoder", "encoder_names", "misprepared"}
"""Parameters of notebooks that name encoders."""
BACKBONES, KERAS_WEIGHTS = "backbones", "keras_weights"
"""Parameters that name Keras backbones, and where their weights come from."""
ARCHITECTURES = ("architecture", "published_architecture")
"""Parameters that name PyTorch networks."""
TORCH_WEIGHTS = "torch_weights"
"""Parameter that says where their weights come from."""


def missing_weights(
    runs: Sequence[str], values: Mapping[str, Mapping[str, object]], data: Path
) -> list[ProjectError]:
    """Say which weights cannot be had, before hours were spent on what comes first.

    Parameters
    ----------
    runs : sequence of str
        The notebooks to run.
    values : mapping of str to mapping
        Notebook -> its parameters; those in `ENCODERS` name encoders, `BACKBONES`
        Keras backbones, `ARCHITECTURES` PyTorch networks.
    data : Path
        The data folder.

    Returns
    -------
    list of ProjectError
        One for each encoder, backbone or network that does not exist or lacks weights.
    """
    named: dict[str, None] = {}
    for name in runs:
        given = values.get(name, {})  # nothing where the notebook cannot be read
        for key in ENCODERS & given.keys():
            value = given[key]
            named |= dict.fromkeys(value if isinstance(value, list) else [value])
    problems: list[ProjectError] = []
    for text in named:
        try:
            problem = encoders.missing_weights(str(text), data / FETCHED)
        except ParameterError as error:
            problem = error
        problems += [problem] if problem is not None else []
    problems += _missing_keras_weights(runs, values, data)
    return problems + _missing_torch_weights(runs, values, data)


def _missing_keras_weights(
    runs: Sequence[str], values: Mapping[str, Mapping[str, object]], data: Path
) -> list[ProjectError]:
    """Say which backbones do not exist or lack weights, each once."""
    problems: dict[str, ProjectError] = {}
    for name in runs:
        given = values.get(name, {})
        if {BACKBONES, KERAS_WEIGHTS} <= given.keys():
            names, weights = given[BACKBONES], str(given[KERAS_WEIGHTS])
            found = keras_weights.missing_weights(names, weights, data)
            problems |= {str(problem): problem for problem in found}
    return list(problems.values())


def _missing_torch_weights(
    runs: Sequence[str], values: Mapping[str, Mapping[str, object]], data: Path
) -> list[ProjectError]:
    """Say which networks do not exist or lack weights, each once."""
    problems: dict[str, ProjectError] = {}
    for name in runs:
        given = values.get(name, {})
        if TORCH_WEIGHTS not in given:
            continue
        for key in (key for key in ARCHITECTURES if key in given):
            asked = str(given[key]), str(given[TORCH_WEIGHTS])
            try:
                problem = torch_weights.missing_weights(*asked, data / FETCHED)
            except ParameterError as error:
                problem = error
            if problem is not None:
                problems[str(problem)] = problem
    return list(problems.values())
