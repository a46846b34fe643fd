"""The command line: hands each command on, and tells a slip in a line.

Commands import what they need when they are called, so that help comes at once.
"""

import argparse
import sys
from collections.abc import Sequence

from helpers.base.errors import ProjectError
from helpers.series import interrupts, parser


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Parameters
    ----------
    words : sequence of str, optional
        Its words; those of this process unless told otherwise.

    Returns
    -------
    int
        0 all well, 1 what was asked for failed, 2 a slip (told in a line), 130 ended.
    """
    arguments = parser.build_parser().parse_args(words)
    try:
        return _COMMANDS[arguments.command](arguments)
    except ProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except PermissionError as error:  # a folder or file of somebody else's
        way_out = "allow it, or name another folder"
        print(f"error: not allowed [{error.filename}] -> {way_out}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("ended; what was finished is kept", file=sys.stderr)
        return interrupts.EXIT_CODE


def _run(arguments: argparse.Namespace) -> int:
    from helpers.series import commands

    return commands.run(arguments)


def _predict(arguments: argparse.Namespace) -> int:
    from helpers.series import predicting

    return predicting.predict(arguments)


def _sample(arguments: argparse.Namespace) -> int:
    from helpers.series import commands

    return commands.sample(arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    from helpers.series import fetching

    return fetching.fetch(arguments.what, arguments.data, arguments.archive)


def _doctor(arguments: argparse.Namespace) -> int:
    from helpers.series import doctor

    return doctor.doctor(arguments)


def _report(arguments: argparse.Namespace) -> int:
    from helpers.series import commands

    return commands.report(arguments)


def _clean(arguments: argparse.Namespace) -> int:
    from helpers.series import commands

    return commands.clean(arguments)


_COMMANDS = {
    "run": _run,
    "predict": _predict,
    "sample": _sample,
    "fetch": _fetch,
    "doctor": _doctor,
    "report": _report,
    "clean": _clean,
}
