"""Pages and index of a run: complete, self-contained, made again only when needed."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from small_run import STREET, png_bytes, shown, write_notebook, write_run

from helpers.show import notebook_html, report, run_folder


@pytest.fixture
def out(tmp_path):
    return write_run(tmp_path / "a run")


def soup_of(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def text_of(element):
    return " ".join(element.get_text(" ").split())


def test_index_shows_question_status_seconds_and_three_numbers(out):
    index = soup_of(report.write_site(out, STREET))
    first, second, third, fourth = map(text_of, index.select(".street > li"))
    assert "What is on this street?" in first and "done" in first and "6.1 s" in first
    assert "up to date" in second and "1 min 15 s" in second
    assert "7,993" in second and "0.368" in second and "yes" in second
    assert len(index.select(".street > li:nth-child(2) dd")) == 3
    assert "failed" in third and "cell 3: KeyError" in third
    assert "skipped" in fourth and "needs 02_download" in fourth


def test_index_sums_up_the_run_and_its_facts(out):
    index = soup_of(report.write_site(out, STREET))
    lead = text_of(index.select_one(".lead"))
    assert lead == "1 done, 1 up to date, 1 failed, 1 skipped · the run took 1 min 22 s"
    facts = text_of(index.select_one(".facts"))
    assert "Seed 42" in facts and "python 3.11.7" in facts and "Device cpu" in facts


def test_gallery_pictures_have_text_size_and_load_late(out):
    index = soup_of(report.write_site(out, STREET))
    pictures = index.select(".gallery img")
    assert len(pictures) == 2
    for picture in pictures:
        assert picture["alt"].startswith("Sizes.") and picture["loading"] == "lazy"
        assert (picture["width"], picture["height"]) == ("30", "20")


def test_page_holds_text_code_table_and_picture_of_the_notebook(out):
    report.write_site(out, STREET)
    page = soup_of(out / "pages" / "00_tour.html")
    assert page.select_one(".prose h1") and page.select_one(".code pre")
    assert page.select_one(".output.table td")
    picture = page.select_one("figure img")
    assert picture["src"].startswith("data:image/png;base64,")
    assert picture["alt"] == "<b>" and picture["width"] == "15"


def test_pages_lead_to_their_neighbours_and_the_index(out):
    report.write_site(out, STREET)
    links = [a["href"] for a in soup_of(out / "pages/01_eda.html").select("nav.bar a")]
    assert links == 2 * ["../index.html", "00_tour.html", "02_download.html"]
    first = soup_of(out / "pages/00_tour.html").select("nav.bar a[rel=prev]")
    last = soup_of(out / "pages/03_dedup.html").select("nav.bar a[rel=next]")
    assert not first and not last


def test_failed_page_has_the_error_on_top_and_what_was_done_below(out):
    report.write_site(out, STREET)
    page = soup_of(out / "pages" / "02_download.html")
    top = page.select_one("main > *")
    assert "reason" in top["class"] and "cell 3: KeyError" in text_of(top)
    assert page.select_one(".code")


def test_skipped_page_says_why(out):
    report.write_site(out, STREET)
    text = text_of(soup_of(out / "pages" / "03_dedup.html").main)
    assert "skipped" in text and "needs 02_download" in text
    assert "There is no executed notebook to show." in text


def test_a_notebook_outside_the_run_has_a_page_with_its_command(out):
    more = [*STREET, {"name": "04_embeddings", "question": "How?"}]
    report.write_site(out, more)
    text = text_of(soup_of(out / "pages" / "04_embeddings.html").main)
    assert "python start.py run --only 04_embeddings" in text


def test_links_between_notebooks_lead_to_their_pages(tmp_path):
    text = (
        "# T\n\n[next](02_download.ipynb#Check) and [web](https://example.org/a.ipynb)"
    )
    html = notebook_html.render(
        write_notebook(tmp_path / "01_eda.ipynb", (), text)
    ).body
    assert 'href="02_download.html#Check"' in html
    assert 'href="https://example.org/a.ipynb"' in html


def test_sections_are_listed_and_their_ids_are_there(out):
    report.write_site(out, STREET)
    page = soup_of(out / "pages" / "00_tour.html")
    write_notebook(
        out / "notebooks/00_tour.ipynb", (), "# T\n\n## One & two\n\n## Next"
    )
    report.write_site(out, STREET)
    page = soup_of(out / "pages" / "00_tour.html")
    assert [text_of(a) for a in page.select(".sections a")] == [
        "One & two",
        "Next",
        "Check",
    ]
    for link in page.select(".sections a"):
        assert page.find(id=link["href"][1:])


def test_nothing_is_made_again_where_nothing_changed(out, monkeypatch):
    report.write_site(out, STREET)
    before = {p: p.stat().st_mtime_ns for p in (out / "pages").iterdir()}
    monkeypatch.setitem(sys.modules, "helpers.show.notebook_html", None)  # no import
    start = time.perf_counter()
    report.write_site(out, STREET)
    assert time.perf_counter() - start < 0.5
    assert {p: p.stat().st_mtime_ns for p in (out / "pages").iterdir()} == before


def test_up_to_date_in_the_second_run_leaves_the_page_alone(out):
    page, notebook = out / "pages/00_tour.html", out / "notebooks/00_tour.ipynb"
    report.write_page(notebook, page, "done")
    before = page.stat().st_mtime_ns
    report.write_page(notebook, page, "up-to-date")
    assert page.stat().st_mtime_ns == before


@pytest.mark.parametrize("change", ["notebook", "status", "error", "neighbour"])
def test_a_page_is_made_again_when_something_changed(out, change):
    page, notebook = out / "pages/00_tour.html", out / "notebooks/00_tour.ipynb"
    report.write_page(notebook, page)
    before = page.read_bytes()
    settings = {"status": "done", "error": None, "following": ""}
    if change == "notebook":
        write_notebook(notebook, (), "# Another title")
    else:
        changed = {"status": "failed", "error": "why", "neighbour": "01_eda"}[change]
        settings["following" if change == "neighbour" else change] = changed
    report.write_page(notebook, page, **settings)
    assert page.read_bytes() != before


def test_the_same_inputs_give_the_same_bytes(out, tmp_path):
    one, two = tmp_path / "1/x.html", tmp_path / "2/x.html"
    for page in (one, two):
        report.write_page(out / "notebooks/01_eda.ipynb", page)
    assert one.read_bytes() == two.read_bytes()


def test_a_cut_page_is_made_again(out):
    page, notebook = out / "pages/00_tour.html", out / "notebooks/00_tour.ipynb"
    report.write_page(notebook, page)
    whole = page.read_bytes()
    page.write_bytes(b"<!DOCTYPE html>")
    report.write_page(notebook, page)
    assert page.read_bytes() == whole


def test_pandas_tables_keep_their_form_and_lose_their_style_sheet(tmp_path):
    pandas = pytest.importorskip("pandas")
    html = pandas.DataFrame({"a": [1, 2]})._repr_html_()
    body = notebook_html.clean(html)
    assert "<thead>" in body and "<th>" in body and "scoped" not in body
    assert "vertical-align" not in body


def test_widgets_and_scripts_give_way_to_plain_text(tmp_path):
    data = {"application/javascript": "alert(1)", "text/plain": "a widget"}
    body = notebook_html.render(
        write_notebook(tmp_path / "01_eda.ipynb", [shown(data)])
    ).body
    assert "a widget" in body and "alert" not in body


@pytest.mark.parametrize(
    "value, text",
    [(True, "yes"), (16577, "16,577"), (0.38762, "0.388"), (15557.4, "15,557")]
    + [(float("nan"), "–"), (None, "–"), ("vgg", "vgg"), (0.00001234, "1.23e-05")],
)
def test_values_are_written_for_people(value, text):
    assert run_folder.format_value(value) == text


def test_without_chosen_numbers_the_first_ones_are_shown(out):
    metrics = {"schema": 1, "ham10000": {"n_images": 7993, "name": "x", "kappa": 0.5}}
    (out / "00_tour").mkdir()
    (out / "00_tour/metrics.json").write_text(json.dumps(metrics | {"p": 1, "q": 2}))
    record = run_folder.read_run(out, STREET).notebooks[0]
    assert record.key_numbers == [
        ("ham10000 · n images", "7,993"),
        ("ham10000 · kappa", "0.5"),
        ("p", "1"),
    ]


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0.04, "0.0 s"),
        (9.96, "10 s"),
        (59.7, "60 s"),
        (75, "1 min 15 s"),
        (7260, "2 h 1 min"),
    ],
)
def test_durations(seconds, text):
    assert report._format_seconds(seconds) == text


def test_a_file_that_is_no_png_is_no_figure(out):
    (out / "01_eda/figures/broken.png").write_bytes(b"<html>")
    (out / "01_eda/figures/cut.png").write_bytes(png_bytes()[:10])
    names = [f.png for f in run_folder.read_run(out, STREET).notebooks[1].figures]
    assert names == ["01_eda/figures/a b#1%.png", "01_eda/figures/sizes.png"]


def test_pages_made_at_once_are_those_made_one_by_one(tmp_path):
    # The runner's `--jobs 2` renders in threads; exporter and parser hold state.
    paths = []
    for key in "ab":
        html = "".join(f"<p><b>{key}{n}</b></p>" for n in range(200))
        name = tmp_path / f"01_{key}.ipynb"
        paths.append(write_notebook(name, [shown({"text/html": html})] * 3))
    alone = [notebook_html.render(path).body for path in paths]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(2) as pool:
            bodies = [r.body for r in pool.map(notebook_html.render, paths * 4)]
    finally:
        sys.setswitchinterval(interval)
    assert bodies == alone * 4
