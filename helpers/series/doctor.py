"""The command `doctor`: what is here, and what that is enough for."""

import argparse
import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

from helpers.base import paths
from helpers.base.errors import ProjectError
from helpers.data import catalogue as data_sets
from helpers.data import weights
from helpers.data.catalogue import Presence
from helpers.series import (
    commands,
    fetching,
    freshness,
    machine,
    parameters,
    profiles,
    readiness,
)
from helpers.series.request import Street
from helpers.storage import atomic


def doctor(arguments: argparse.Namespace) -> int:
    """Print what is here.

    Parameters
    ----------
    arguments : argparse.Namespace
        From `parser.build_parser`.

    Returns
    -------
    int
        0, whatever is missing.

    Raises
    ------
    ParameterError
        If there is no such profile.
    """
    profile = profiles.load_profile(arguments.profile)
    data = paths.resolve(commands.from_here(arguments.data) or profile.data)
    out = commands.run_folder(arguments.profile, arguments.out)
    found = examine(data, out)
    if arguments.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print("\n".join(tell(found)))
    return 0


def examine(data: Path, out: Path, street: Street | None = None) -> dict[str, Any]:
    """Find out what is here.

    Parameters
    ----------
    data : Path
        The data folder; may be missing.
    out : Path
        The run folder; likewise.
    street : Street, optional
        The notebooks; the project's own unless told otherwise.

    Returns
    -------
    dict
        In words of JSON: python, platform, cores, memory_bytes, gpus, out,
        disk_free_bytes, packages, data, data_sets, weights (name -> there or not),
        notebooks (name -> why it cannot run, "" if it can).
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": machine.count_cores(),
        "memory_bytes": machine.memory_bytes(),
        "gpus": machine.gpu_names(),
        "out": paths.shown(out),
        "disk_free_bytes": atomic.free_bytes(out),
        "packages": freshness.versions(),
        "data": paths.shown(data),
        "data_sets": [_data_set(one, data) for one in data_sets.survey(data)],
        "weights": weights.cached_weights(data / fetching.WEIGHTS),
        "notebooks": why_not(data, out, street or Street()),
    }


def _data_set(one: Presence, data: Path) -> dict[str, Any]:
    drawn, way_out = data == paths.SAMPLE_DATA, ""
    if one.status != "complete":
        way_out = "`run` draws it" if drawn else data_sets.DATASETS[one.name].way_out
    return asdict(one) | {"drawn": drawn, "way_out": way_out}


def why_not(data: Path, out: Path, street: Street) -> dict[str, str]:
    """Say for each notebook why it cannot run.

    Parameters
    ----------
    data, out : Path
        Data folder and run folder.
    street : Street
        The notebooks.

    Returns
    -------
    dict of str to str
        Notebook -> reason with the way out; "" if it can run, after those it needs.
    """
    present = readiness.find_present(data)
    missing = readiness.find_missing(list(street.notebooks), street, present, data)
    reasons: dict[str, str] = {}
    for name, notebook in street.notebooks.items():
        problems: list[ProjectError] = []
        try:
            parameters.read_parameters(street.source(name))
        except ProjectError as error:
            problems.append(error)
        problems += [missing[name]] if name in missing else []
        problems += readiness.out_problems([name], street, data, out)
        told = [str(problem) for problem in problems]
        lost = [need for need in notebook.needs if reasons[need]]
        if lost and not notebook.any_data:
            told.append(f"needs {', '.join(lost)}, which cannot run")
        reasons[name] = "; ".join(told)
    return reasons


def tell(found: dict[str, Any]) -> list[str]:
    """Return what `examine` found as lines for people.

    Parameters
    ----------
    found : dict
        From `examine`.

    Returns
    -------
    list of str
        Lines.
    """
    packages = found["packages"].items()
    lines = [
        f"Python    {found['python']} on {found['platform']}",
        f"Machine   {found['cores']} cores, {_gigabytes(found['memory_bytes'])} memory",
        f"GPU       {', '.join(found['gpus']) or 'none; the sample needs none'}",
        f"Disk      {_gigabytes(found['disk_free_bytes'])} free for {found['out']}",
        "Packages  " + ", ".join(f"{k} {v}" for k, v in packages if k != "python"),
        f"Data      in {found['data']}:",
    ]
    lines += [f"  {_tell_data_set(one)}" for one in found["data_sets"]]
    there = [name for name, is_there in found["weights"].items() if is_there]
    lines.append(
        f"Weights   {len(there)} of {len(found['weights'])} pretrained models are here"
        + (f": {', '.join(there)}" if there else "; the sample profile needs none")
    )
    lines.append("Notebooks")
    for name, why in found["notebooks"].items():
        lines.append(f"  {name:14} " + (f"cannot run: {why}" if why else "can run"))
    return lines


def _tell_data_set(one: dict[str, Any]) -> str:
    text = f"{one['name']:14} {one['status']}"
    if one["status"] != readiness.ABSENT:
        text += f": {one['n_pictures']:,} pictures"
        text += " (drawn)" if one["drawn"] else f" of {one['n_published']:,} published"
        text += f", {one['n_rows']:,} rows" if one["n_rows"] else ""
        text += f", {one['n_masks']:,} masks" if one["n_masks"] else ""
    return f"{text} -> {one['way_out']}" if one["way_out"] else text


def _gigabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB"
