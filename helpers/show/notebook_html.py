"""An executed notebook as a piece of HTML that runs nothing and asks nobody."""

import functools
import re
import threading
from pathlib import Path
from typing import NamedTuple

import bleach
import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.exporters.html import HTMLExporter

from helpers.base.errors import ArtefactDamagedError
from helpers.base.paths import shown
from helpers.show.templating import TEMPLATES

# No script and no widget: a page shows what a kernel left, it computes nothing.
_SHOWN_TYPES = [
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/latex",
    "text/plain",
]
_TAGS = {
    *("a abbr b blockquote br caption code dd del details div dl dt em".split()),
    *("figcaption figure h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre s".split()),
    *("samp small span strong sub summary sup table tbody td tfoot th".split()),
    *("thead tr u ul".split()),
}
_ATTRIBUTES = {
    *("align alt class colspan datetime dir height href id lang open rowspan".split()),
    *("scope src start title width".split()),
}
_STYLE = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_NO_SOURCE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_ANCHOR = re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL)
# The exporter and the cleaner are made once and hold state while they work: with
# `--jobs 2` two pages would be parsed into one another.
_one_at_a_time = threading.Lock()
_NOTEBOOK_LINK = re.compile(r'href="(?:\./)?([0-9]{2}_[a-z0-9_]+)\.ipynb(#[^"]*)?"')


class Rendered(NamedTuple):
    """HTML of a notebook's cells, its title, and its sections as (id, HTML) pairs."""

    body: str
    title: str
    sections: list[tuple[str, str]]


def render(notebook: Path) -> Rendered:
    """Render the cells of an executed notebook.

    Parameters
    ----------
    notebook : Path
        The notebook as papermill left it; also one that failed half-way.

    Returns
    -------
    Rendered
        Safe to put into a page as it is: scripts, event handlers and styles from
        outputs are gone, pictures are inside, links between notebooks lead to pages.

    Raises
    ------
    ArtefactDamagedError
        If the file is no notebook.
    """
    try:
        node = nbformat.read(notebook, as_version=4)
        with _one_at_a_time:
            body, _ = _exporter().from_notebook_node(node)
    except Exception as error:  # nbformat raises whatever the damage leads it to
        raise ArtefactDamagedError(
            f"the executed notebook cannot be read ({type(error).__name__})",
            where=shown(notebook),
            way_out=f"python start.py run --only {notebook.stem}",
        ) from error
    body = _NOTEBOOK_LINK.sub(r'href="\1.html\2"', body)
    sections = [(key, _ANCHOR.sub("", text)) for key, text in _HEADING.findall(body)]
    return Rendered(body, _title_of(node), sections)


def clean(html: str) -> str:
    """Keep what formats text, tables and embedded pictures; show the rest as text.

    Parameters
    ----------
    html : str
        From an output or a Markdown cell.

    Returns
    -------
    str
        Balanced HTML without script, handler, form, frame, style or foreign picture.

    Examples
    --------
    >>> clean('<b onclick="x()">1</b><script>x()</script>')
    '<b>1</b>&lt;script&gt;x()&lt;/script&gt;'
    """
    # pandas puts a style sheet before every table; shown as text it would be noise.
    return _NO_SOURCE.sub("", _cleaner().clean(_STYLE.sub("", str(html))))


def _allow(tag: str, name: str, value: str) -> bool:
    """Say whether an attribute stays: pictures from inside the page, links to pages."""
    if name == "src":
        return tag == "img" and value.startswith("data:image/")
    if name == "href":
        return tag == "a" and not value.lstrip().lower().startswith("data:")
    return name in _ATTRIBUTES


@functools.cache
def _cleaner() -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=_TAGS,
        attributes=_allow,
        protocols={"http", "https", "mailto", "data"},
        strip_comments=True,
    )


class _CellsExporter(HTMLExporter):
    """nbconvert's HTML exporter without its second parse of the finished page.

    That parse only adds what the template here already writes (alternative text), and
    costs more than everything else on a page with pictures.
    """

    def from_notebook_node(self, nb, resources=None, **kw):
        """Convert; the arguments are nbconvert's."""
        from nbconvert.filters.highlight import Highlight2HTML

        highlight = Highlight2HTML(pygments_lexer="ipython3", parent=self)
        self.register_filter("highlight_code", highlight)
        self.register_filter("clean_html", clean)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


@functools.cache
def _exporter() -> HTMLExporter:
    """Return the one exporter: its templates are compiled once, not for each page."""
    exporter = _CellsExporter(
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        embed_images=True,
        mathjax_url="",
        require_js_url="",
    )
    exporter.config.NbConvertBase.display_data_priority = _SHOWN_TYPES
    return exporter


def _title_of(node: nbformat.NotebookNode) -> str:
    """Return the first heading of level 1, or "" where there is none."""
    for cell in node.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""
