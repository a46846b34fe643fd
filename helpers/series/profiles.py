"""Profiles: which data and which parameter values a run uses, from YAML files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from helpers.base import paths
from helpers.base.errors import ParameterError
from helpers.series import catalogue
from helpers.series.catalogue import Notebook
from helpers.series.parameters import Parameter

_KEYS = ("title", "data", "seed", "notebooks")
_GIVEN_BY_THE_RUN = {"data": "--data", "out": "--out"}


@dataclass(frozen=True)
class Profile:
    """What a profile file says.

    Parameters
    ----------
    name : str
        The file's stem; outputs go to ``outputs/<name>`` unless told otherwise.
    title : str
        One line about it.
    data : str
        The data folder, relative to the project's root.
    seed : int
        The seed of every notebook.
    notebooks : dict
        Notebook -> parameter -> value.
    """

    name: str
    title: str
    data: str
    seed: int
    notebooks: dict[str, dict[str, Any]] = field(default_factory=dict)


def list_profiles(folder: Path = paths.PROFILES) -> list[str]:
    """Return the names of the profiles that come with the project, sorted.

    Parameters
    ----------
    folder : Path, optional
        Where they lie.

    Returns
    -------
    list of str
        File names without ``.yaml``.
    """
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_profile(name: str, folder: Path = paths.PROFILES) -> Profile:
    """Read a profile by name, or from a YAML file.

    Parameters
    ----------
    name : str
        ``"sample"``, ``"laptop"``, ``"full"``, or the path of a file that ends with
        ``.yaml`` or ``.yml``.
    folder : Path, optional
        Where named profiles lie.

    Returns
    -------
    Profile
        What it says; notebooks and parameters are not checked yet.

    Raises
    ------
    ParameterError
        If there is no such profile, or it is not of the form profiles have.
    """
    path = folder / f"{name}.yaml"
    if Path(name).suffix in (".yaml", ".yml"):
        path = paths.resolve(name if name.startswith("~") else Path.cwd() / name)
    elif name not in list_profiles(folder):
        near = catalogue.nearest(name, list_profiles(folder))
        raise ParameterError(
            f"there is no profile {name!r}",
            way_out="one of: " + ", ".join(near) + "; or the path of a .yaml file",
        )
    return _profile(path, _read_yaml(path))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        what, way_out = f"cannot be read ({error.strerror})", "check the path"
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what, way_out = f"is no YAML: {error}", "correct the line"
    else:
        if isinstance(content, dict):
            return content
        what, way_out = "holds no keys", f"write {', '.join(_KEYS)}"
    raise ParameterError(f"the profile {what}", paths.shown(path), way_out)


def _profile(path: Path, content: dict[str, Any]) -> Profile:
    problems = [
        f"unknown key {key!r} (perhaps {catalogue.nearest(str(key), _KEYS)[0]})"
        for key in content
        if key not in _KEYS
    ]
    notebooks = content.get("notebooks") or {}
    seed = content.get("seed", 42)
    if type(seed) is not int or seed < 0:
        problems.append(f"seed = {seed!r} is no whole number from 0 on")
    if not isinstance(content.get("data"), str):
        problems.append("data, the data folder, is missing or no text")
    if not isinstance(notebooks, dict) or not all(
        isinstance(values, dict | None) for values in notebooks.values()
    ):
        problems.append("notebooks is not {notebook: {parameter: value}}")
    if problems:
        raise ParameterError(
            "the profile cannot be used: " + "; ".join(problems),
            where=paths.shown(path),
            way_out=f"compare it with {paths.shown(paths.PROFILES / 'sample.yaml')}",
        )
    values = {
        _name_of(name): {str(key): value for key, value in (given or {}).items()}
        for name, given in notebooks.items()
    }
    title = str(content.get("title", path.stem))
    return Profile(path.stem, title, content["data"], seed, values)


def _name_of(key: Any) -> str:
    return f"{key:02d}" if type(key) is int else str(key)  # YAML reads 03 as a number


def collect_values(
    profile: Profile,
    typed: Sequence[tuple[str, str]],
    street: Mapping[str, Notebook],
    parameters: Mapping[str, Mapping[str, Parameter]],
) -> tuple[dict[str, dict[str, Any]], list[ParameterError]]:
    """Bring together what the profile and the command line say, and check it.

    Parameters
    ----------
    profile : Profile
        The profile.
    typed : sequence of (str, str)
        ``-p NB.NAME VALUE``: the command line wins over the profile.
    street : mapping of str to Notebook
        The notebooks.
    parameters : mapping of str to mapping of str to Parameter
        What each notebook's parameters cell declares.

    Returns
    -------
    values : dict of str to dict
        Notebook -> parameter -> checked value, with the profile's seed.
    problems : list of ParameterError
        Everything that does not fit, not just the first.
    """
    values: dict[str, dict[str, Any]] = {
        name: {"seed": profile.seed} if "seed" in declared else {}
        for name, declared in parameters.items()
    }
    problems = []
    given = [
        (f"profile {profile.name}", notebook, name, value, False)
        for notebook, pairs in profile.notebooks.items()
        for name, value in pairs.items()
    ]
    for key, text in typed:
        notebook, _, name = key.partition(".")
        given.append((f"-p {key}", notebook, name, text, True))
    for where, notebook, name, value, is_text in given:
        try:
            key = catalogue.find(notebook, street).name
            if key not in parameters:
                continue  # its own problem (no such file) is told elsewhere
            parameter = _declared(name, parameters[key], key)
            value = parameter.parse(value) if is_text else parameter.check(value)
            if name == "seed" and value < 0:
                raise ParameterError("the seed is negative", way_out="0 or more")
            values[key][name] = value
        except ParameterError as error:
            problems.append(ParameterError(error.what, where, error.way_out))
    return values, problems


def _declared(name: str, declared: Mapping[str, Parameter], notebook: str) -> Parameter:
    if name in _GIVEN_BY_THE_RUN:
        option = _GIVEN_BY_THE_RUN[name]
        raise ParameterError(f"{name} is the run's own", way_out=f"use {option}")
    if name not in declared:
        near = [n for n in declared if n not in _GIVEN_BY_THE_RUN]
        raise ParameterError(
            f"{notebook} has no parameter {name!r}"
            if name
            else "no parameter is named",
            way_out="one of: " + ", ".join(catalogue.nearest(name, near))
            if name
            else "write -p NB.NAME VALUE, for example -p 03.seed 7",
        )
    return declared[name]
