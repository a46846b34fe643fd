"""Rows 48 to 52 of the list of faults, for the cluster browser; and bad arguments."""

import json

import numpy as np
import pandas as pd
import pytest
from browser_kit import chromium, needs_browser, visit
from bs4 import BeautifulSoup

from helpers.base.errors import ParameterError
from helpers.show.explorer import MAX_PICTURES, write_explorer

EVIL = [
    "<script>window.__canary = 1</script>",
    '"><img src=x onerror="window.__canary = 2">',
    "</script><script>window.__canary = 3</script>",
    "<!-- <script> ]]> &lt;b&gt; &amp;",
    "{{ 7*7 }} {% raw %} ${window.__canary=4}",
    "javascript:window.__canary=5",
    "\u2028\u2029'\"`\\",
    "صورة الجلد",
    "皮膚の写真 🩺🧪",
    "line\nbreak\r\nand\ttab",
    "w" * 200,
    "\ud800 half a sign",
    "",
]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a "quoted", =1', "a-b"]


def case(n, labels=("one",), n_clusters=3):
    """Return arguments for `n` pictures; change one and it is a fault."""
    rng = np.random.default_rng(0)
    rows = np.arange(n)
    table = pd.DataFrame({"image_id": [f"picture {i}" for i in rows]}, dtype=str)
    table["path"] = table["image_id"]
    table["cluster"] = rows % n_clusters
    table["label"] = np.resize(np.array(labels, dtype=object), n)
    return {
        "table": table,
        "maps": {"map": rng.normal(size=(n, 2))},
        "thumbnails": np.zeros((n, 16, 16, 3), np.uint8),
        "neighbours": np.stack([rows, (rows + 1) % max(n, 1)], axis=1),
        "title": "Faults",
        "credit": "nobody's",
    }


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def ready(visited):
    visited.page.wait_for_selector("html[data-ready]")
    return visited.page


@needs_browser
def test_48_50_52_no_text_acts_and_every_text_is_shown(browser, tmp_path):
    given = case(len(EVIL), EVIL)
    given["table"]["image_id"] = given["table"]["path"] = EVIL
    given["maps"] = {EVIL[1]: given["maps"]["map"], EVIL[2]: given["maps"]["map"]}
    given["title"] = given["credit"] = EVIL[1] + EVIL[4]
    # A name with every sign an address could trip over.
    path = write_explorer(tmp_path / "the run #1 ? é.html", **given)
    with visit(browser, path) as visited:
        page = ready(visited)
        for i, text in enumerate(EVIL):
            page.evaluate(f"pick({i}); goTo({i}); select([{i}])")
            seen = page.eval_on_selector("#picture-body bdi", "e => e.textContent")
            assert seen == text.replace("\ud800", "\ufffd") or "half" in text
        for colour in ("label", "cluster"):
            page.select_option("#colour", value=colour)
        page.select_option("#map-name", index=1)
        assert page.evaluate("window.__canary") is None
        assert page.locator("main img, main script, footer img").count() == 0
        assert given["title"] in page.title() and "49" not in page.title()
        names = page.locator("fieldset[data-key=label] bdi").all_inner_texts()
        assert EVIL[0] in names and EVIL[7] in names and "no label" in names
        assert page.evaluate("document.documentElement.scrollWidth") == 1200
        assert not visited.requests and not visited.complaints


def test_48_the_data_cannot_end_its_own_block(tmp_path):
    path = write_explorer(tmp_path / "x.html", **case(len(EVIL), EVIL))
    html = path.read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "html.parser")
    assert len(soup.find_all("script")) == 2
    block = soup.find(id="data").string
    assert not set("<>&\u2028\u2029") & set(block) and block.isascii()
    names = json.loads(block)["columns"][3]["names"]
    assert names == [*EVIL[:-1], "no label"]


@needs_browser
def test_48_a_spreadsheet_finds_no_formula(browser, tmp_path):
    path = write_explorer(tmp_path / "x.html", **case(len(FORMULAS), FORMULAS, 1))
    with visit(browser, path) as visited:
        csv = ready(visited).evaluate("csvOf([...Array(n).keys()])")
    (tmp_path / "x.csv").write_text(csv, encoding="utf-8", newline="")
    seen = pd.read_csv(tmp_path / "x.csv")["label"].tolist()
    assert seen == ["'" + text for text in FORMULAS[:6]] + FORMULAS[6:]


@needs_browser
def test_49_five_thousand_labels_and_clusters(browser, tmp_path):
    labels = [f"label {i}" for i in range(5000)]
    path = write_explorer(tmp_path / "x.html", **case(5000, labels, 5000))
    with visit(browser, path) as visited:
        page = ready(visited)
        page.select_option("#colour", value="label")
        rows = page.locator("fieldset[data-key=label] label.row")
        assert rows.count() == 60
        assert "and 4,940 more" in page.inner_text("fieldset[data-key=label]")
        page.fill("fieldset[data-key=label] input[type=search]", "label 4999")
        assert rows.count() == 1
        rows.first.click()
        assert page.inner_text("#shown") == "1 of 5,000 pictures shown"
        page.click("#unfilter")
        page.click("#select-shown")
        assert page.locator("#sheet button").count() == 60
        assert page.inner_text("#more") == "and 4,940 more"
        page.click("#more")
        assert page.locator("#sheet button").count() == 120
        assert not visited.complaints


@needs_browser
@pytest.mark.parametrize("n", [0, 1, 2])
def test_49_hardly_any_pictures(browser, tmp_path, n):
    given = case(n, n_clusters=1)
    given["maps"] = {"map": np.full((n, 2), 3.5)}  # all at one place
    given["table"]["off_topic_score"] = np.nan
    path = write_explorer(tmp_path / "x.html", **given)
    with visit(browser, path) as visited:
        page = visited.page
        if n == 0:
            assert "There are no pictures to show." in page.inner_text("main")
        else:
            ready(visited)
            page.focus("#map")
            for _ in range(n):  # also where one point hides another
                page.keyboard.press("PageDown")
            page.keyboard.press("Enter")
            assert f"picture {n - 1}" in page.inner_text("#picture-body")
            word = "No neighbours" if n == 1 else "Nearest 1 neighbour"
            assert word in page.inner_text("#picture-body")
        assert not visited.complaints and not visited.requests


@needs_browser
def test_52_without_javascript_the_page_says_so(browser, tmp_path):
    path = write_explorer(tmp_path / "x.html", **case(3))
    with visit(browser, path, java_script_enabled=False) as visited:
        assert "JavaScript" in visited.page.inner_text("noscript")
        assert "Not a medical device." in visited.page.inner_text("footer")


def changed(**changes):
    """Return arguments for five pictures with some of them changed."""
    given = case(5)
    for name, change in changes.items():
        given[name] = change(given[name])
    return given


def with_gaps(maps):
    maps["map"][[1, 3], 0] = np.nan, np.inf
    return maps


@pytest.mark.parametrize(
    "given, said",
    [
        (changed(maps=with_gaps), r"2 pictures have no place.*rows \[1, 3\]"),
        (changed(maps=lambda maps: {}), "no map"),
        (changed(maps=lambda maps: {"m": maps["map"][:4]}), r"\(4, 2\).*maps\['m'\]"),
        (changed(maps=lambda maps: {"m": np.zeros((5, 3))}), r"\(5, 3\) was given"),
        (changed(thumbnails=lambda a: a[:4]), r"\(4, 16, 16, 3\).*thumbnails"),
        (changed(thumbnails=lambda a: a[..., :1]), r"\(5, 16, 16, 1\)"),
        (changed(thumbnails=lambda a: a[:, :, :9]), r"\(5, 16, 9, 3\)"),
        (changed(thumbnails=lambda a: a / 255), "uint8.*float64"),
        (changed(thumbnails=lambda a: a.repeat(20, 1)), "8 to 128"),
        (changed(neighbours=lambda a: a[1:]), r"\(4, 2\).*neighbours"),
        (changed(neighbours=lambda a: a[:, 0]), "neighbours"),
        (changed(neighbours=lambda a: a + 1), "from 0 to 4.*neighbours"),
        (changed(neighbours=lambda a: a - 1), "from 0 to 4"),
        (changed(neighbours=lambda a: a * 1.0), "row numbers"),
        (case(5) | {"similarities": np.ones((5, 3))}, r"\(5, 3\).*similarities"),
        (case(5) | {"similarities": np.full((5, 2), 1.2)}, "from -1 to 1"),
        (case(5) | {"similarities": np.full((5, 2), np.nan)}, "from -1 to 1"),
        (changed(table=lambda t: t.drop(columns="label")), "lacks the column label"),
        (changed(table=lambda t: t.assign(cluster=0.5)), "whole numbers from -1"),
        (changed(table=lambda t: t.assign(cluster=-2)), "whole numbers from -1"),
        (case(MAX_PICTURES + 1), r"15,001 pictures.*sample\(15000"),
    ],
)
def test_bad_arguments_are_refused_with_a_way_out(tmp_path, given, said):
    with pytest.raises(ParameterError, match=said):
        write_explorer(tmp_path / "x.html", **given)
    assert not list(tmp_path.iterdir())
