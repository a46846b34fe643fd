"""The templates of the house's pages: where they lie, and how they are read."""

from pathlib import Path

import jinja2

TEMPLATES = Path(__file__).parent / "templates"


def make_environment() -> jinja2.Environment:
    """Return what reads the templates; values are text, unless a template says not.

    Returns
    -------
    jinja2.Environment
        It escapes values for HTML, and renders nothing without a value it needs.
    """
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
