"""What a run's folder holds, read for people: nothing here trusts that it is whole."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = 1
STATUS_WORDS = {
    "done": "done",
    "up-to-date": "up to date",
    "failed": "failed",
    "skipped": "skipped",
    "not run": "not run",
}
MAX_KEY_NUMBERS = 3


@dataclass(frozen=True)
class FigureFile:
    """One figure of a run: addresses relative to the run's folder, size, text."""

    png: str
    svg: str
    alt: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class NotebookRecord:
    """One notebook of a run, as far as the folder knows it."""

    name: str
    question: str = ""
    status: str = "not run"
    seconds: float | None = None
    error: str = ""
    key_numbers: list[tuple[str, str]] = field(default_factory=list)
    figures: list[FigureFile] = field(default_factory=list)
    executed: str = ""
    explorer: str = ""


@dataclass(frozen=True)
class RunRecord:
    """A run: its notebooks in the street's order, its facts, and what was amiss."""

    notebooks: list[NotebookRecord]
    facts: list[tuple[str, str]]
    problems: list[str]
    seconds: float | None


def read_run(out: Path, street: Sequence[Mapping[str, Any]]) -> RunRecord:
    """Read a run's folder, whole or not.

    Parameters
    ----------
    out : Path
        The run's folder.
    street : sequence of mapping
        ``name`` and ``question`` of each notebook, in order.

    Returns
    -------
    RunRecord
        Notebooks of the street, then those only ``run.json`` names. What cannot be
        read is named in ``problems``.
    """
    problems: list[str] = []
    run = _read_json(out / "run.json", problems)
    if run and run.get("schema") != SCHEMA:
        problems.append(
            f"run.json has schema {run.get('schema')!r} and not {SCHEMA}: another "
            "version of this project wrote it, so some of it may be missing here"
        )
    entries = _mapping(run.get("notebooks"))
    questions = {str(each["name"]): str(each.get("question", "")) for each in street}
    names = [*questions, *(name for name in entries if name not in questions)]
    notebooks = [
        _read_notebook(out, name, questions.get(name, ""), entries.get(name), problems)
        for name in names
        if _is_plain(name)
    ]
    return RunRecord(notebooks, _facts(run), problems, _number(run.get("seconds")))


def format_value(value: Any) -> str:
    """Return a metric as people read it.

    Parameters
    ----------
    value : object
        Number, text, truth value.

    Returns
    -------
    str
        Whole numbers with thousands set apart, others with three digits.

    Examples
    --------
    >>> format_value(16577), format_value(0.38762), format_value(None)
    ('16,577', '0.388', '–')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "–"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return "–" if value is None else str(value)


def _read_notebook(
    out: Path, name: str, question: str, entry: Any, problems: list[str]
) -> NotebookRecord:
    """Gather what run.json and the notebook's own folder say."""
    entry = _mapping(entry)
    metrics: dict[str, Any] = {}
    if (out / name / "metrics.json").exists():
        metrics = _read_json(out / name / "metrics.json", problems)
    executed, explorer = f"notebooks/{name}.ipynb", f"{name}/explorer.html"
    return NotebookRecord(
        name=name,
        question=question,
        status=str(entry.get("status") or "not run"),
        seconds=_number(entry.get("seconds")),
        error=str(entry.get("error") or ""),
        key_numbers=_key_numbers(metrics),
        figures=_figures(out, name),
        executed=executed if (out / executed).is_file() else "",
        explorer=explorer if (out / explorer).is_file() else "",
    )


def _read_json(path: Path, problems: list[str]) -> dict[str, Any]:
    """Return a JSON object, or {} with a word in `problems`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
        reason = "holds no JSON object"
    except FileNotFoundError:
        reason = "is missing: the run has not come far enough to write it"
    except (OSError, ValueError, RecursionError):
        reason = "cannot be read"
    problems.append(f"{path.parent.name}/{path.name} {reason}")
    return {}


def _key_numbers(metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the numbers a notebook chose for readers, else the first it wrote."""
    chosen = _mapping(metrics.get("key_numbers"))
    pairs = list(chosen.items()) if chosen else list(_leaves(metrics))
    return [
        (str(label).replace("_", " "), format_value(value))
        for label, value in pairs[:MAX_KEY_NUMBERS]
    ]


def _leaves(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every number with the names that lead to it."""
    for name, value in node.items():
        label = f"{above} · {name}" if above else str(name)
        if isinstance(value, Mapping):
            yield from _leaves(value, label)
        elif isinstance(value, int | float) and name != "schema":
            yield label, value


def _figures(out: Path, name: str) -> list[FigureFile]:
    """List the figures of one notebook, by name, with what is written beside them."""
    found = []
    for png in sorted((out / name / "figures").glob("*.png")):
        with png.open("rb") as handle:
            header = handle.read(24)
        if header[:8] != b"\x89PNG\r\n\x1a\n" or len(header) < 24:
            continue
        text, svg = png.with_suffix(".txt"), png.with_suffix(".svg")
        alt = text.read_text("utf-8", "replace").strip() if text.is_file() else ""
        found.append(
            FigureFile(
                png=png.relative_to(out).as_posix(),
                svg=svg.relative_to(out).as_posix() if svg.is_file() else "",
                alt=alt or png.stem.replace("_", " "),
                width_px=int.from_bytes(header[16:20], "big"),
                height_px=int.from_bytes(header[20:24], "big"),
            )
        )
    return found


def _facts(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a reader needs in order to repeat the run."""
    words = {"profile": "Profile", "data": "Data", "seed": "Seed", "device": "Device"}
    facts = [(word, str(run[key])) for key, word in words.items() if key in run]
    if run.get("git_commit"):
        facts.append(("Code", str(run["git_commit"])[:12]))
    versions = _mapping(run.get("versions"))
    return facts + [(str(name), str(version)) for name, version in versions.items()]


def _is_plain(name: str) -> bool:
    """Say whether a name from a file is a file name and nothing more."""
    return bool(name) and not {"/", "\\", "\0"} & set(name) and name not in {".", ".."}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if fits and math.isfinite(value) else None
