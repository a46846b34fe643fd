"""Rows 48 to 52 of the list of faults: what pages must survive."""

import json
import shutil
from urllib.parse import unquote

import browser_kit
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from small_run import EVIL, STREET, shown, write_notebook, write_run

from helpers.show import notebook_html, pictures, plots, report, saving

NAMES = "صورة الجلد · 皮膚の写真 · 🩺🧪 · Čeština"
# What a page shows once all its pictures are there.
LOOK = """async () => {
  const images = [...document.images];
  images.forEach(each => each.loading = "eager");
  await Promise.all(images.map(each => each.decode().catch(() => 0)));
  return {title: document.title, text: document.body.innerText,
    wide: document.documentElement.scrollWidth,
    broken: images.filter(each => !each.naturalWidth).length};
}"""


def browse(folder):
    """Open every page below `folder` at two widths; return what the browser saw."""
    found = []
    with browser_kit.chromium() as browser:
        for path in [folder / "index.html", *folder.glob("pages/*.html")]:
            for width in (380, 1200):
                with browser_kit.visit(browser, path, (width, 800)) as visit:
                    seen = visit.page.evaluate(LOOK)
                    heard = [*visit.requests, *visit.complaints]
                    found.append(seen | {"at": (path.name, width), "heard": heard})
    return found


def links_of(page):
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return [e.get("href") or e.get("src") for e in soup.select("[href], [src]")]


def assert_links_hold(folder):
    """Every relative link of every page leads to a file or a place that is there."""
    for page in [folder / "index.html", *folder.glob("pages/*.html")]:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for link in links_of(page):
            if link.startswith(("https://", "data:")):
                continue
            path, _, place = link.partition("#")
            assert not path or (page.parent / unquote(path)).is_file(), (
                page.name,
                link,
            )
            if place and not path:
                assert soup.find(id=place) or soup.find(id=unquote(place)), link


def test_48_labels_and_errors_with_markup_are_shown_as_text(tmp_path):
    out = write_run(tmp_path / "run", EVIL)
    street = [{"name": s["name"], "question": EVIL} for s in STREET]
    report.write_site(out, street)
    for page in [out / "index.html", *out.glob("pages/*.html")]:
        html = page.read_text(encoding="utf-8")
        soup = BeautifulSoup(html, "html.parser")
        assert not soup.find("script") and "49" not in soup.main.get_text()
        handlers = [a for e in soup.find_all() for a in e.attrs if a.startswith("on")]
        assert not handlers
        assert "default-src 'none'" in html
    assert (
        EVIL
        in BeautifulSoup(
            (out / "index.html").read_text(encoding="utf-8"), "html.parser"
        )
        .find("pre")
        .get_text()
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<iframe src='https://example.org'></iframe>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>1</script>'>x</a>",
        "<a href=' DATA:text/html,<script>1</script>'>x</a>",
        "<img src='https://example.org/x.png'>",
        "<svg onload=alert(1)><script>1</script></svg>",
        "<form action='https://example.org'><input></form>",
        "<link rel=stylesheet href='https://example.org/x.css'>",
        "<style>@import 'https://example.org/x.css';</style>",
        "<meta http-equiv=refresh content='0;url=https://example.org'>",
        "<b style='background:url(https://example.org)'>x</b>",
    ],
)
def test_48_hostile_outputs_lose_what_acts(tmp_path, hostile):
    path = write_notebook(
        tmp_path / "01_x.ipynb", [shown({"text/html": hostile})], hostile
    )
    soup = BeautifulSoup(notebook_html.render(path).body, "html.parser")
    assert not soup.find_all(
        ["iframe", "script", "svg", "form", "link", "style", "meta"]
    )
    for element in soup.find_all():
        assert not {"style", "action", "onload"} & set(element.attrs)
        assert not str(element.get("src", "data:image/")).startswith("http")
        scheme = element.get("href", "#").split(":")[0].strip().lower()
        assert scheme not in ("javascript", "data")


def test_48_a_notebook_name_with_markup_is_no_way_out(tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    names = ["../../evil", "a/b", "..", "<b>", ""]
    notebooks = {name: {"status": "done"} for name in names}
    (out / "run.json").write_text(json.dumps({"schema": 1, "notebooks": notebooks}))
    report.write_site(out, [])
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.html")}
    assert written == {"run/index.html", "run/pages/<b>.html"}
    assert_links_hold(out)


@pytest.mark.parametrize("n_classes", [0, 1, 5000])
def test_49_any_number_of_classes_is_readable(tmp_path, n_classes):
    counts = pd.Series(range(n_classes), [f"class {i}" for i in range(n_classes)])
    figure = plots.bar_counts(counts, "Classes").figure
    png = saving.save_figure(figure, tmp_path, "bars", "Bars.")
    height_px = int.from_bytes(png.read_bytes()[20:24], "big")
    assert 100 < height_px < 2000


def test_49_a_run_without_figures_says_so(tmp_path):
    out = write_run(tmp_path / "run")
    shutil.rmtree(out / "01_eda" / "figures")
    html = report.write_site(out, STREET).read_text(encoding="utf-8")
    assert "No notebook of this run has saved a figure yet." in html


def test_50_names_in_every_script_are_shown(tmp_path):
    out = write_run(tmp_path / "run", NAMES)
    index = report.write_site(out, [{"name": "01_eda", "question": NAMES}])
    assert index.read_text(encoding="utf-8").count(NAMES) >= 4
    assert (out / "pages/01_eda.html").read_text(encoding="utf-8").count(NAMES) >= 3
    assert pictures.contact_sheet([], [], NAMES).axes[0].get_title(loc="left")


def test_51_a_folder_without_anything(tmp_path):
    html = report.write_site(tmp_path, STREET).read_text(encoding="utf-8")
    assert "run.json is missing" in html
    assert html.count('class="status not run"') == len(STREET)
    assert_links_hold(tmp_path)


@pytest.mark.parametrize(
    "content, said",
    [
        ("", "cannot be read"),
        ('{"schema": 1, "notebooks": {"01_e', "cannot be read"),
        ("[1, 2]", "holds no JSON object"),
        ('{"notebooks": {}}', "has schema None"),
        (
            '{"schema": 99, "notebooks": [], "versions": 3, "seconds": "x"}',
            "has schema 99",
        ),
        (
            '{"schema": 1, "notebooks": {"01_eda": null, "02_x": {"seconds": NaN}}}',
            "",
        ),
        ("\xff", "cannot be read"),
    ],
)
def test_51_an_old_or_half_written_run(tmp_path, content, said):
    out = write_run(tmp_path / "run")
    (out / "run.json").write_bytes(content.encode("latin-1"))
    html = report.write_site(out, STREET).read_text(encoding="utf-8")
    assert said in html
    assert_links_hold(out)


@pytest.mark.parametrize(
    "lost",
    ["notebooks/01_eda.ipynb", "01_eda/metrics.json", "01_eda/figures/sizes.svg"]
    + ["01_eda/figures/sizes.png", "01_eda/figures/sizes.txt", "01_eda"],
)
def test_51_whatever_is_missing_no_link_breaks(tmp_path, lost):
    out = write_run(tmp_path / "run")
    shutil.rmtree(out / lost) if (out / lost).is_dir() else (out / lost).unlink()
    report.write_site(out, STREET)
    assert_links_hold(out)


def test_51_missing_pages_are_not_linked_from_the_index(tmp_path):
    out = write_run(tmp_path / "run")
    html = report.write_index(out, STREET).read_text(encoding="utf-8")
    assert html.count("no page yet") == len(STREET)
    assert_links_hold(out)


@pytest.mark.parametrize("content", [b"", b"{", b'{"cells": 3}', b"\x00\xff" * 99])
def test_51_a_damaged_notebook_has_a_page_that_says_so(tmp_path, content):
    out = write_run(tmp_path / "run")
    (out / "notebooks/01_eda.ipynb").write_bytes(content)
    report.write_site(out, STREET)
    html = (out / "pages/01_eda.html").read_text(encoding="utf-8")
    assert "the executed notebook cannot be read" in html
    assert "python start.py run --only 01_eda" in html


def test_51_a_notebook_without_outputs_has_a_page(tmp_path):
    out = write_run(tmp_path / "run")
    write_notebook(out / "notebooks/01_eda.ipynb")
    report.write_site(out, STREET)
    assert "Prose." in (out / "pages/01_eda.html").read_text(encoding="utf-8")


def test_52_no_page_names_a_file_elsewhere(tmp_path):
    out = write_run(tmp_path / "run")
    report.write_site(out, STREET)
    assert_links_hold(out)
    for page in [out / "index.html", *out.glob("pages/*.html")]:
        html = page.read_text(encoding="utf-8")
        assert "//" not in html.replace("https://www.w3.org", "")


@browser_kit.needs_browser
def test_48_50_52_in_a_browser_from_disk(tmp_path):
    out = write_run(tmp_path / "the run #1", EVIL + NAMES + "w" * 300)
    street = [{"name": s["name"], "question": EVIL + NAMES} for s in STREET]
    report.write_site(out, street)
    found = browse(out)
    assert len(found) == 2 * (1 + len(STREET))
    for seen in found:
        assert "HACKED" not in seen["title"].replace(EVIL, ""), seen["at"]
        assert seen["title"] != "HACKED" and NAMES.split()[0] in seen["text"]
        assert seen["wide"] <= seen["at"][1], (seen["at"], seen["wide"])
        assert seen["broken"] == 0 and not seen["heard"], seen["at"]
