"""A browser for tests: chromium without a network, its requests and errors noted."""

import importlib.util
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None,
    reason="no chromium (Debian: apt-get install chromium), or no playwright here",
)
_HARMLESS = ("file:", "data:", "blob:")
# Flat colours and positions are compared: no scale but 1, no profile of some screen.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]


class Visit(NamedTuple):
    """A page that is open."""

    page: Any  # playwright's Page
    requests: list[str]  # addresses outside this file; all were refused
    complaints: list[str]  # what the console said, errors of scripts and of the policy


@contextmanager
def chromium() -> Iterator[Any]:
    """Give a browser; for a fixture of one module.

    While it is open an event loop runs in this thread: tests that execute notebooks
    must not come between.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


def wait_until(page: Any, expression: str) -> None:
    """Wait until JavaScript says so; playwright's own way breaks a strict policy."""
    deadline = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never became true: {expression}"
        page.wait_for_timeout(20)


@contextmanager
def visit(
    browser: Any, path: Path, size: tuple[int, int] = (1200, 800), **options: Any
) -> Iterator[Visit]:
    """Open a file in a window of its own; `options` are those of playwright's context.

    Nothing moves (`prefers-reduced-motion`), so that a test need not wait.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        offline=True,
        reduced_motion="reduce",
        **options,
    )
    visited = Visit(context.new_page(), [], [])

    def guard(route: Any) -> None:
        """Let files through, note and refuse all else."""
        if route.request.url.startswith(_HARMLESS):
            route.continue_()
        else:
            visited.requests.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    visited.page.on("console", lambda message: visited.complaints.append(message.text))
    visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    visited.page.set_default_timeout(10_000)
    visited.page.goto(path.as_uri())
    yield visited
    context.close()
