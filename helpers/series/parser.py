"""What can be asked for on the command line, explained."""

import argparse
from typing import Any

from helpers.series import catalogue, explanations

SAMPLE_SEED = 42  # of data/sample, as the sample profile has it


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Returns
    -------
    argparse.ArgumentParser
        Its result holds ``command``, the name of the command, and its options.
    """
    width = max(map(len, catalogue.NOTEBOOKS)) + 2
    street = "".join(
        f"  {notebook.name:{width}}{notebook.question}\n"
        for notebook in catalogue.NOTEBOOKS.values()
    )
    parser = argparse.ArgumentParser(
        prog="python start.py",
        description="A street of notebooks from raw dermatology pictures to models.",
        epilog=explanations.EPILOG + street,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_predict(commands)
    _add_sample(commands)
    _add_fetch(commands)
    _add_doctor(commands)
    _add_report(commands)
    _add_clean(commands)
    return parser


def _add(commands: Any, name: str, text: str, examples: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=explanations.SHORT[name],
        description=text,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_run(commands: Any) -> None:
    parser = _add(commands, "run", explanations.RUN, explanations.RUN_EXAMPLES)
    _add_folders(parser)
    _add_choice(parser)
    parser.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="notebooks at a time (default: 2, or 1 where cores or memory are few)",
    )
    parser.add_argument(
        "--cell-timeout",
        type=_count,
        metavar="SECONDS",
        help="end a notebook if one of its cells takes longer (default: never)",
    )
    parser.add_argument(
        "--force", action="store_true", help="run also what is up to date"
    )
    parser.add_argument(
        "--skip-missing",
        action="store_true",
        help="skip notebooks whose data set is missing, instead of refusing to start",
    )
    parser.set_defaults(command="run")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    """Add what chooses notebooks and their parameters."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NB",
        help="just these; what they need must be in the run folder. 03 means 03_dedup",
    )
    chosen.add_argument(
        "--from", dest="start", metavar="NB", help="this notebook and all after it"
    )
    parser.add_argument(
        "-p",
        dest="values",
        nargs=2,
        action="append",
        default=[],
        metavar=("NB.NAME", "VALUE"),
        help="a parameter of a notebook, as in its parameters cell; wins over the "
        "profile; may be repeated",
    )


def _add_predict(commands: Any) -> None:
    texts = explanations.PREDICT, explanations.PREDICT_EXAMPLES
    parser = _add(commands, "predict", *texts)
    needed = {
        "model": "the model's folder, with its model.json and weights",
        "images": "the folder of pictures; folders in it are entered",
        "out": "where to; new, empty, or what this command wrote before",
    }
    for name, told in needed.items():
        parser.add_argument(f"--{name}", metavar="DIR", required=True, help=told)
    parser.add_argument(
        "--batch-size",
        type=_count,
        metavar="N",
        help="pictures in a pass (default: by itself, fewer where memory ends)",
    )
    parser.set_defaults(command="predict")


def _add_sample(commands: Any) -> None:
    example = "example:\n  python start.py sample --seed 7 --out data/sample-7"
    parser = _add(commands, "sample", explanations.SAMPLE, example)
    parser.add_argument("--out", metavar="DIR", help="where to (default: data/sample)")
    other = f"another seed, other pictures (default {SAMPLE_SEED}); needs --out"
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED, help=other)
    parser.set_defaults(command="sample")


def _add_fetch(commands: Any) -> None:
    parser = _add(commands, "fetch", explanations.FETCH, explanations.FETCH_EXAMPLES)
    parser.add_argument(
        "what", choices=["ham10000", "dermnet", "fitzpatrick17k", "weights"]
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: data)")
    parser.add_argument(
        "--archive", metavar="FILE", help="the archive that you downloaded"
    )
    parser.set_defaults(command="fetch")


def _add_doctor(commands: Any) -> None:
    parser = _add(
        commands,
        "doctor",
        explanations.DOCTOR,
        "example:\n  python start.py doctor --profile laptop --data ~/derm",
    )
    _add_folders(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command="doctor")


def _add_report(commands: Any) -> None:
    parser = _add(
        commands,
        "report",
        explanations.REPORT,
        "example:\n  python start.py report --out ~/shared/run-of-june",
    )
    parser.add_argument("--profile", default="sample", help="default: sample")
    parser.add_argument(
        "--out", metavar="DIR", help="the run folder (default: outputs/PROFILE)"
    )
    parser.set_defaults(command="report")


def _add_clean(commands: Any) -> None:
    parser = _add(
        commands,
        "clean",
        explanations.CLEAN,
        "example:\n  python start.py clean --profile laptop",
    )
    parser.add_argument("--profile", default="sample", help="default: sample")
    parser.add_argument(
        "--data", action="store_true", help="remove data/sample as well"
    )
    parser.set_defaults(command="clean")


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        default="sample",
        metavar="NAME|FILE",
        help="sample (default), laptop, full, or a .yaml file of your own",
    )
    parser.add_argument(
        "--data", metavar="DIR", help="the data folder (default: the profile's)"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="the run folder (default: outputs/PROFILE)"
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)
