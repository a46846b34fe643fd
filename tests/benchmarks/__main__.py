"""Ours against the plain way and against the limit, each in one run.

``python -m tests.benchmarks [NAME ...]`` runs the modules of this folder that have a
``measure()``. It returns rows: dicts with ``step``, ``n``, ``seconds`` (ours),
``plain_seconds`` (the plain way; None where there is none), ``limit_seconds`` (what
cannot be undercut; None where there is none), ``goal`` (words) and ``same_answer``
(checked, True or it raises). Read the ratios: seconds belong to the machine.
"""

import importlib
import sys
from pathlib import Path

import pandas as pd

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if not path.stem.startswith("_")
)


def as_table(rows: list[dict]) -> pd.DataFrame:
    """Return the rows with their ratios: plain / ours, and limit / ours."""
    frame = pd.DataFrame(rows)
    frame["ratio"] = frame["plain_seconds"].astype(float) / frame["seconds"]
    frame["limit_share"] = frame["limit_seconds"].astype(float) / frame["seconds"]
    return frame.round(3)


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; return 2 where a name is unknown."""
    if unknown := sorted(set(names) - set(NAMES)):
        print(f"no benchmark {unknown}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    rows = []
    for name in names or NAMES:
        rows += importlib.import_module(f"tests.benchmarks.{name}").measure()
        print(as_table(rows).to_string(index=False), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
