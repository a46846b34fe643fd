"""What a run would do, and everything that stands in its way, told at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.base import paths
from helpers.base.errors import ParameterError, ProjectError
from helpers.series import catalogue, parameters, profiles, readiness, weight_checks
from helpers.series.parameters import Parameter
from helpers.series.profiles import Profile
from helpers.series.request import Request, Street


@dataclass(frozen=True)
class Plan:
    """What a run will do; nothing stands in its way.

    Parameters
    ----------
    profile : Profile
        Its profile.
    data, out : Path
        Data folder and run folder, absolute.
    values : dict of str to dict
        Notebook -> its parameters; the notebooks to run, in the street's order.
    skipped : dict of str to str
        Notebooks that are left out -> why.
    present : dict of str to str
        Data set -> ``"complete"``, ``"table only"`` or ``"absent"``.
    """

    profile: Profile
    data: Path
    out: Path
    values: dict[str, dict[str, Any]]
    skipped: dict[str, str]
    present: dict[str, str]


def make_plan(request: Request, street: Street) -> Plan:
    """Check a request before anything is changed.

    Parameters
    ----------
    request : Request
        What was asked for.
    street : Street
        The notebooks.

    Returns
    -------
    Plan
        What to do.

    Raises
    ------
    ProjectError
        With every problem there is, one per line: notebooks, profile, parameters,
        data, earlier results, disk.
    """
    problems: list[ProjectError] = []
    selected = _select(request, street, problems)
    known = _load(request, street, problems)
    # Without a profile the rest is checked all the same, against the sample's.
    profile = known or Profile("sample", "", paths.shown(paths.SAMPLE_DATA), 42)
    declared = _read_declared(street, selected, problems)
    values, wrong = profiles.collect_values(
        profile, request.values, street.notebooks, declared
    )
    problems += wrong
    data = paths.resolve(request.data or profile.data)
    out = paths.resolve(request.out or paths.OUTPUTS / profile.name)
    present = readiness.find_present(data)
    missing = readiness.find_missing(selected, street, present, data)
    skipped = _skip(selected, street, missing) if request.skip_missing else {}
    # Where everything would be skipped, nothing would be left to do.
    if len(skipped) == len(selected) or not request.skip_missing:
        problems += missing.values()
    runs = [name for name in selected if name not in skipped]
    given = dict.fromkeys(selected)
    if request.skip_missing:  # what another run skipped for want of data
        given |= readiness.find_missing(list(street.notebooks), street, present, data)
    if known:  # else nobody can say which run folder is meant
        problems += readiness.missing_results(runs, given, street, out)
        problems += readiness.out_problems(runs, street, data, out)
    problems += weight_checks.missing_weights(runs, values, data)
    if problems:
        raise _all_of(problems)
    places = {"data": paths.shown(data), "out": paths.shown(out)}
    chosen = {}
    for name in runs:
        known = {key: place for key, place in places.items() if key in declared[name]}
        chosen[name] = known | _said_otherwise(values[name], declared[name])
    return Plan(profile, data, out, chosen, skipped, present)


def _said_otherwise(
    values: dict[str, Any], declared: dict[str, Parameter]
) -> dict[str, Any]:
    """Leave out what the notebook says itself: the same run, typed or not."""
    defaults = {key: declared[key].default for key in values}
    return {
        key: value
        for key, value in values.items()
        if type(value) is not type(defaults[key]) or value != defaults[key]
    }


def _load(
    request: Request, street: Street, problems: list[ProjectError]
) -> Profile | None:
    try:
        return profiles.load_profile(request.profile, street.profiles)
    except ParameterError as error:
        problems.append(error)
        return None


def _select(
    request: Request, street: Street, problems: list[ProjectError]
) -> list[str]:
    names = list(street.notebooks)
    asked = [("--only", name) for name in request.only]
    asked += [("--from", request.start)] if request.start else []
    found = []
    for option, name in asked:
        try:
            found.append(catalogue.find(name, street.notebooks).name)
        except ParameterError as error:
            problems.append(ParameterError(error.what, option, error.way_out))
    if not asked:
        return names
    if request.start and found:
        return names[names.index(found[-1]) :]
    return [name for name in names if name in found]


def _read_declared(
    street: Street, selected: Sequence[str], problems: list[ProjectError]
) -> dict[str, dict[str, Parameter]]:
    declared = {}
    for name in street.notebooks:
        try:
            declared[name] = parameters.read_parameters(street.source(name))
        except ParameterError as error:
            if name in selected:  # else it stands in nobody's way
                problems.append(error)
    return declared


def _skip(
    selected: Sequence[str], street: Street, missing: Mapping[str, ProjectError]
) -> dict[str, str]:
    """Skip what lacks data, and what cannot do without what is skipped.

    A notebook that works with any data set does without: its own data is there.
    """
    skipped = {name: f"no data: {error.what}" for name, error in missing.items()}
    for name in selected:
        notebook = street.notebooks[name]
        lost = [need for need in notebook.needs if need in skipped]
        if lost and not notebook.any_data and name not in skipped:
            skipped[name] = f"needs {', '.join(lost)}, which is skipped"
    return skipped


def _all_of(problems: list[ProjectError]) -> ProjectError:
    """Return one error that tells all of them, each once."""
    told = list(dict.fromkeys(str(problem) for problem in problems))
    if len(told) == 1:
        return problems[0]
    lines = "".join(f"\n  - {text}" for text in told)
    return ProjectError(f"{len(told)} problems; nothing was run:{lines}")
