"""What the commands `run`, `sample`, `report` and `clean` do."""

import argparse
import shutil
import sys
from collections import Counter
from pathlib import Path

from helpers.base import paths
from helpers.base.errors import DataMissingError, ParameterError, UnsafePathError
from helpers.series import ledger, lock, parser, profiles, runner, state
from helpers.series.ledger import Summary
from helpers.series.request import Request, Street
from helpers.storage import atomic


def run(arguments: argparse.Namespace) -> int:
    """Execute the notebooks.

    Parameters
    ----------
    arguments : argparse.Namespace
        From `parser.build_parser`.

    Returns
    -------
    int
        0 all well, 1 a notebook failed, 130 ended.

    Raises
    ------
    ProjectError
        If something stands in the way.
    """
    request = Request(
        profile=arguments.profile,
        data=from_here(arguments.data),
        out=from_here(arguments.out),
        only=tuple(arguments.only),
        start=arguments.start,
        values=tuple((name, value) for name, value in arguments.values),
        jobs=arguments.jobs,
        force=arguments.force,
        skip_missing=arguments.skip_missing,
        cell_timeout=arguments.cell_timeout,
    )
    summary = runner.run(request)
    print(_last_lines(summary))
    return summary.exit_code


def _last_lines(summary: Summary) -> str:
    counts = Counter(record.status for record in summary.records.values())
    told = ", ".join(f"{n} {status}" for status, n in counts.items())
    lines = [f"{told} in {summary.seconds:.1f} s"]
    if summary.interrupted:
        lines.append("Ended. What was finished is kept; the same command goes on.")
    lines.append(f"Open {paths.shown(summary.out / 'index.html')}")
    return "\n".join(lines)


def sample(arguments: argparse.Namespace) -> int:
    """Draw the sample data anew.

    Parameters
    ----------
    arguments : argparse.Namespace
        From `parser.build_parser`.

    Returns
    -------
    int
        0.

    Raises
    ------
    ParameterError
        If the seed is negative, or not the one that `run` draws ``data/sample`` with.
    ProjectError
        If the folder holds something that is no sample.
    """
    from helpers.data.sample import writing  # OpenCV

    folder = Path(from_here(arguments.out) or paths.SAMPLE_DATA)
    if arguments.seed < 0:
        raise ParameterError("the seed is negative", "--seed", "any number from 0 on")
    if folder == paths.SAMPLE_DATA and arguments.seed != parser.SAMPLE_SEED:
        raise ParameterError(
            f"`run` would draw {paths.shown(folder)} anew, with its own seed",
            where=f"--seed {arguments.seed}",
            way_out=f"name a folder: --out {paths.shown(folder)}-{arguments.seed}",
        )
    print(f"drawing {paths.shown(folder)} with seed {arguments.seed} ...", flush=True)
    writing.write_sample(folder, arguments.seed)
    print(f"Done: python start.py run --data {paths.shown(folder)}")
    return 0


def report(arguments: argparse.Namespace) -> int:
    """Make the pages and the index of a run folder anew.

    Parameters
    ----------
    arguments : argparse.Namespace
        From `parser.build_parser`.

    Returns
    -------
    int
        0.

    Raises
    ------
    DataMissingError
        If there is no run folder.
    """
    from helpers.show import report as site

    out = run_folder(arguments.profile, arguments.out)
    if not out.is_dir():
        raise DataMissingError(
            "there is no run folder",
            where=paths.shown(out),
            way_out="python start.py run makes one",
        )
    with lock.run_lock(state.work_folder(out) / "lock"):
        index = site.write_site(out, list(ledger.rows(Street())))
    print(f"Open {paths.shown(index)}")
    return 0


def clean(arguments: argparse.Namespace) -> int:
    """Remove the outputs of a profile, and the sample data if asked for.

    Parameters
    ----------
    arguments : argparse.Namespace
        From `parser.build_parser`.

    Returns
    -------
    int
        0.

    Raises
    ------
    UnsafePathError
        If that would reach outside ``outputs/`` and ``data/sample``.
    RunLockedError
        If a run is at work there.
    """
    out = run_folder(arguments.profile, None)
    folders = [out, paths.SAMPLE_DATA] if arguments.data else [out]
    for folder, parent in zip(folders, (paths.OUTPUTS, paths.DATA), strict=False):
        _check_removable(folder, parent)
    if out.is_dir():
        # Held while the rest goes, so that no run begins in a folder half removed.
        with lock.run_lock(state.work_folder(out) / "lock"):
            for path in sorted(out.iterdir()):
                if path != state.work_folder(out):
                    _remove(path)
    for folder in folders:
        if folder.is_dir():
            _remove(folder)
        else:
            print(f"nothing at {paths.shown(folder)}", file=sys.stderr)
    return 0


def _check_removable(folder: Path, parent: Path) -> None:
    kept = folder == paths.OUTPUTS / "rendered"  # committed, for readers
    if folder.parent != parent or folder.is_symlink() or kept:
        raise UnsafePathError(
            "only the outputs of a profile and the sample data are removed",
            where=paths.shown(folder),
            way_out="remove it by hand if you mean it",
        )


def _remove(path: Path) -> None:
    print(f"removing {paths.shown(path)}")
    with atomic.disk_errors(path.parent):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def run_folder(profile: str, out: str | None) -> Path:
    """Return the run folder that a profile or ``--out`` means.

    Parameters
    ----------
    profile : str
        Name or file of a profile.
    out : str or None
        A folder, seen from where the command was typed; wins over the profile.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    ParameterError
        If there is no such profile.
    """
    if out is not None:
        return Path(from_here(out) or out)
    return paths.OUTPUTS / profiles.load_profile(profile).name


def from_here(folder: str | None) -> str | None:
    """Return a folder that was typed as an absolute path.

    The project takes relative paths from its root; a person means the folder that
    the command is typed in.

    Parameters
    ----------
    folder : str or None
        As typed.

    Returns
    -------
    str or None
        Absolute, without ``..``; links are not followed.

    Raises
    ------
    ParameterError
        If ``~NAME`` names nobody on this machine.
    """
    if folder is None:
        return None
    at_home = folder.startswith("~")
    return str(paths.resolve(folder if at_home else Path.cwd() / folder))
