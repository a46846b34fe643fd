"""The run's site: one page for each notebook and an index, opened from disk."""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from helpers.base.errors import ArtefactDamagedError
from helpers.show.run_folder import STATUS_WORDS, RunRecord, read_run
from helpers.show.templating import TEMPLATES, make_environment
from helpers.storage import atomic, hashes

_GOOD = {"done", "up-to-date"}
_MARK = '<meta name="made-from" content="{}">'
_MARK_WITHIN_BYTES = 1000


def write_site(out: Path, street: Sequence[Mapping[str, Any]]) -> Path:
    """Write the pages of all notebooks and the index of a run.

    Parameters
    ----------
    out : Path
        The run's folder; may be half done or from an older version.
    street : sequence of mapping
        ``name`` and ``question`` of each notebook, in order; more keys are ignored.

    Returns
    -------
    Path
        ``out/index.html``.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    run = read_run(out, street)
    names = ["", *(notebook.name for notebook in run.notebooks), ""]
    for place, notebook in enumerate(run.notebooks, start=1):
        write_page(
            out / "notebooks" / f"{notebook.name}.ipynb",
            out / "pages" / f"{notebook.name}.html",
            notebook.status,
            notebook.error or None,
            previous=names[place - 1],
            following=names[place + 1],
        )
    return _write_index(out, run)


def write_page(
    notebook: Path,
    page: Path,
    status: str = "done",
    error: str | None = None,
    previous: str = "",
    following: str = "",
) -> Path:
    """Write the page of one notebook; nothing is done where nothing has changed.

    Parameters
    ----------
    notebook : Path
        As executed; where it is missing, the page says why.
    page : Path
        The HTML file. The index lies in the folder above, other pages beside it.
    status : str, optional
        As in ``run.json``.
    error : str, optional
        Why it failed or was skipped; shown as text.
    previous, following : str, optional
        Names of the neighbours on the street; "" where there is none.

    Returns
    -------
    Path
        `page`.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    status = "done" if status in _GOOD else status  # else a second run makes all anew
    source = hashes.hash_file(notebook) if notebook.is_file() else ""
    inputs = [source, page.stem, status, error, previous, following, _hash_of_code()]
    made_from = hashes.hash_json(inputs)
    if _is_made_from(page, made_from):
        return page
    rendered, damage = None, ""
    if source:
        # Here, not on top: nbconvert takes a second, and most runs need no new page.
        from helpers.show import notebook_html

        try:
            rendered = notebook_html.render(notebook)
        except ArtefactDamagedError as problem:
            damage = str(problem)
    html = _template("page.html.j2").render(
        mark=_MARK.format(made_from),
        name=page.stem,
        rendered=rendered,
        status=status,
        good=status == "done",
        error=error or "",
        damage=damage,
        previous=previous,
        following=following,
        executed=f"../notebooks/{quote(notebook.name)}" if source else "",
    )
    return atomic.write_text(page, html)


def write_index(out: Path, street: Sequence[Mapping[str, Any]]) -> Path:
    """Write the index of a run: street, numbers, figures, facts.

    Parameters
    ----------
    out : Path
        The run's folder.
    street : sequence of mapping
        As for `write_site`.

    Returns
    -------
    Path
        ``out/index.html``; it links only to what is there.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    return _write_index(out, read_run(out, street))


def _write_index(out: Path, run: RunRecord) -> Path:
    """Write the index of a run that was read."""
    pages = {
        notebook.name: f"pages/{quote(notebook.name)}.html"
        for notebook in run.notebooks
        if (out / "pages" / f"{notebook.name}.html").is_file()
    }
    counts = Counter(STATUS_WORDS.get(n.status, n.status) for n in run.notebooks)
    html = _template("index.html.j2").render(run=run, pages=pages, counts=counts)
    return atomic.write_text(out / "index.html", html)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = make_environment()
    environment.filters |= {"duration": _format_seconds, "url": quote}
    environment.globals |= {"words": STATUS_WORDS, "good": _GOOD}
    return environment


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


@functools.cache
def _hash_of_code() -> str:
    """Return a hash of what makes pages: four modules and the templates."""
    names = ("report.py", "notebook_html.py", "run_folder.py", "templating.py")
    makers = [Path(__file__).with_name(name) for name in names]
    return hashes.hash_json([hashes.hash_files(makers), hashes.hash_folder(TEMPLATES)])


def _is_made_from(page: Path, made_from: str) -> bool:
    """Say whether a page was made from just these inputs; its head tells."""
    try:
        with page.open("rb") as handle:
            return _MARK.format(made_from).encode() in handle.read(_MARK_WITHIN_BYTES)
    except OSError:
        return False


def _format_seconds(seconds: float | None) -> str:
    """Return a duration as people say it."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
