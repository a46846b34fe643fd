"""The cluster browser: what is in the file, and what it does in a real browser."""

import base64
import hashlib
import io
import json
import re

import numpy as np
import pandas as pd
import PIL.Image
import pytest
from browser_kit import chromium, needs_browser, visit, wait_until
from bs4 import BeautifulSoup

from helpers.show import explorer, sprites

CREDIT = "Drawn for this test, CC0"
# Six columns and four rows of points; row 0 of the table is at the lower left.
GRID = np.array([(x, y) for y in range(4) for x in range(6)], dtype=float)
N = len(GRID)


def small_case():
    """Return the arguments of a page whose every answer is known."""
    index = np.arange(N)
    table = pd.DataFrame(
        {
            "image_id": [f"id-{i:02d}" for i in index],
            "path": [f"folder/{i:02d}.jpg" for i in index],
            "cluster": np.where(index == 23, -1, index // 6),
            "label": np.where(index % 2, "odd, and quoted", "even"),
            "skin_type": pd.array([None, *(1 + index[1:] % 6)], dtype="Int64"),
            "off_topic_score": np.append(np.nan, index[1:] / 23),
            "off_topic": index > 20,
            "label_doubt": index / 46,
            "group": index // 2,
        },
        index=index + 100,
    )
    # One flat colour each: red tells the column, green the row.
    colours = np.stack([40 * GRID[:, 0] + 30, 60 * GRID[:, 1] + 30, 0 * index], axis=1)
    thumbnails = np.broadcast_to(colours[:, None, None], (N, 48, 48, 3))
    neighbours = np.stack([index, (index + 1) % N, (index + 7) % N], axis=1)
    return {
        "table": table,
        "maps": {"grid": GRID, "mirrored": GRID * [-1, 1]},
        "thumbnails": thumbnails.astype(np.uint8),
        "neighbours": neighbours,
        "title": "A grid",
        "credit": CREDIT,
        "similarities": np.stack(
            [index * 0 + 1, 0.95 - index / 100, -index / 23 + 0.39], 1
        ),
    }


@pytest.fixture(scope="module")
def small_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "grid #1.html"
    return explorer.write_explorer(path, **small_case())


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def opened(browser, small_page):
    with visit(browser, small_page) as visited:
        visited.page.wait_for_selector("html[data-ready]")
        yield visited.page
        assert not visited.requests and not visited.complaints


def soup_of(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def data_of(path):
    return json.loads(soup_of(path).find(id="data").string)


def numbers(text):
    return np.frombuffer(base64.b64decode(text), "<u2")


# ---- the file ------------------------------------------------------------------------


def test_same_arguments_make_the_same_bytes(small_page, tmp_path):
    again = explorer.write_explorer(tmp_path / "again.html", **small_case())
    assert again.read_bytes() == small_page.read_bytes()


def test_the_page_holds_the_table(small_page):
    table, data = small_case()["table"], data_of(small_page)
    columns = {column["key"]: column for column in data["columns"]}
    assert list(columns) == table.columns.tolist()
    for key in ("cluster", "label"):
        values = np.array(columns[key]["values"], dtype=object)
        assert values[numbers(columns[key]["codes"])].tolist() == table[key].tolist()
    assert columns["cluster"]["names"] == ["0", "1", "2", "3", "noise"]
    assert columns["skin_type"]["names"] == ["1", "2", "3", "4", "5", "6", "unknown"]
    assert columns["off_topic_score"]["values"][:2] == [None, 0.0434783]
    near = numbers(data["neighbours"]).reshape(N, -1)
    assert (near == small_case()["neighbours"]).all()


def test_a_map_keeps_its_shape_and_lies_in_the_middle(small_page):
    xy = numbers(data_of(small_page)["maps"][0]["xy"]).reshape(N, 2) / 65535
    assert np.abs(xy - (GRID + [0, 1]) / 5).max() < 1e-5


@pytest.mark.parametrize("size_px", [40, 48, 64])
def test_every_picture_is_where_the_page_looks_for_it(size_px):
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (500, size_px // 8, size_px // 8, 3), dtype=np.uint8)
    pictures = coarse.repeat(8, axis=1).repeat(8, axis=2)
    pictures = (pictures // 4 + coarse[:, :1, :1]) // 2  # one hue, as skin has
    packed = sprites.pack_pictures(pictures)
    assert len(packed.sheets) == -(-500 // packed.n_per_sheet) > 1
    for i in (0, 1, packed.n_columns, packed.n_per_sheet - 1, packed.n_per_sheet, 499):
        sheet, place = divmod(i, packed.n_per_sheet)
        jpeg = base64.b64decode(packed.sheets[sheet].partition(",")[2])
        row, column = np.array(divmod(place, packed.n_columns)) * packed.cell_px
        seen = np.asarray(PIL.Image.open(io.BytesIO(jpeg)))
        seen = seen[row : row + size_px, column : column + size_px].astype(int)
        assert seen.shape == pictures[i].shape
        assert np.abs(seen - pictures[i]).mean() < 8, i


def test_only_the_page_s_own_script_may_run(small_page):
    soup = soup_of(small_page)
    policy = soup.find("meta", attrs={"http-equiv": True})["content"]
    script = soup.find_all("script")[-1].string
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe-eval" not in policy
    assert not re.findall(r"\son\w+=|https?://|@import|url\(", str(soup.html))


def test_credit_and_warning_are_in_the_page(small_page):
    words = soup_of(small_page).footer.get_text()
    assert CREDIT in words and "Not a medical device." in words


# ---- in the browser ------------------------------------------------------------------


def place(page, i):
    """Return where a picture's point is in the window."""
    x, y = page.evaluate(f"[toScreenX({i}), toScreenY({i})]")
    box = page.locator("#map").bounding_box()
    return box["x"] + x, box["y"] + y


def chosen(page):
    return page.evaluate("[...selected].sort((a, b) => a - b)")


def shown(page):
    return np.flatnonzero(page.evaluate("[...passes]")).tolist()


def drag_round(page, rows, modifier=None):
    """Drag along the edge of the box round some points."""
    corners = np.array([place(page, i) for i in rows])
    (left, top), (right, bottom) = corners.min(0) - 20, corners.max(0) + 20
    if modifier:
        page.keyboard.down(modifier)
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in [(right, top), (right, bottom), (left, bottom), (left, top + 5)]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()
    if modifier:
        page.keyboard.up(modifier)


def colour_in(page, selector):
    """Return the colour in the middle of a canvas."""
    return page.eval_on_selector(
        selector,
        "c => [...c.getContext('2d').getImageData(c.width/2,c.height/2,1,1).data]",
    )[:3]


def tick(page, key, name):
    rows = page.locator(f"fieldset[data-key={key}] label.row")
    exact = re.compile(f"^{re.escape(name)}$")
    rows.filter(has=page.locator("bdi", has_text=exact)).locator("input").click()


def is_picture(rgb, i):
    expected = small_case()["thumbnails"][i, 0, 0].astype(int)
    return np.abs(np.array(rgb) - expected).max() <= 6


@needs_browser
def test_five_thousand_pictures_open_within_three_seconds(browser, tmp_path):
    n, rng = 5000, np.random.default_rng(0)
    table = pd.DataFrame({"image_id": [f"picture {i}" for i in range(n)]})
    table["path"] = table["label"] = table["image_id"].str[:9]
    table["cluster"] = rng.integers(-1, 30, n)
    # As hard for JPEG as photographs: 1 kB each.
    coarse = rng.integers(60, 200, (n, 12, 12, 3), dtype=np.uint8)
    thumbnails = coarse.repeat(4, axis=1).repeat(4, axis=2)
    near = rng.integers(0, n, (n, 8))
    path = tmp_path / "many.html"
    maps = {"random": rng.normal(size=(n, 2))}
    explorer.write_explorer(path, table, maps, thumbnails, near, "Many", CREDIT)
    with visit(browser, path) as visited:
        visited.page.wait_for_selector("html[data-ready]")
        assert float(visited.page.get_attribute("html", "data-ready")) < 3000
        assert not visited.requests and not visited.complaints
        assert visited.page.inner_text("#shown") == "5,000 pictures"


@needs_browser
def test_hover_shows_the_picture_and_what_is_known_of_it(opened):
    assert opened.is_hidden("#tip")
    for i in (0, 5, 22):
        opened.mouse.move(*place(opened, i))
        opened.wait_for_selector("#tip:visible")
        words = opened.inner_text("#tip")
        assert f"id-{i:02d}" in words and f"Cluster {i // 6}" in words
        assert is_picture(colour_in(opened, "#tip canvas"), i)
    assert "Off-topic score 0.957" in words and "off topic" in words
    x, y = place(opened, 0)
    opened.mouse.move(x + 50, y + 45)  # between the points
    opened.wait_for_selector("#tip", state="hidden")


@needs_browser
def test_lasso_selects_the_very_points_inside(opened):
    opened.click("#tool-lasso")
    drag_round(opened, [7, 8, 13, 14])
    assert chosen(opened) == [7, 8, 13, 14]
    assert opened.inner_text("#selection-title") == "Selection: 4 pictures"
    assert opened.locator("#sheet button").count() == 4
    assert opened.inner_text("#selection-words").splitlines() == [
        "Cluster: 1 (2), 2 (2)",
        "Label: even (2), odd, and quoted (2)",
    ]
    drag_round(opened, [0, 1])
    assert chosen(opened) == [0, 1]
    opened.click("#tool-pan")
    drag_round(opened, [22, 23], "Shift")
    assert chosen(opened) == [0, 1, 22, 23]
    opened.keyboard.press("Escape")
    assert chosen(opened) == [] and opened.is_disabled("#export")


@needs_browser
def test_a_lasso_of_any_form_is_filled_by_the_even_odd_rule(opened):
    star = [[50, 0], [80, 95], [2, 35], [98, 35], [20, 95]]
    inside = opened.evaluate(
        "star => [[50, 15], [50, 50], [50, 90], [5, 5], [30, 80]]"
        ".map(([x, y]) => isInside(star, x, y))",
        star,
    )
    assert inside == [True, False, False, False, True]


@needs_browser
def test_a_click_shows_the_neighbours_and_one_of_them_leads_on(opened):
    opened.mouse.click(*place(opened, 3))
    assert is_picture(colour_in(opened, ".open canvas"), 3)
    assert "id-03" in opened.inner_text("#picture-body")
    names = opened.locator(".near button").evaluate_all("all => all.map(e => e.title)")
    assert [name.split(",")[0] for name in names] == [
        "Neighbour 1: id-04",
        "Neighbour 2: id-10",
    ]
    assert "Nearest 2 neighbours, 0 with its label" in opened.inner_text("#picture")
    captions = opened.locator(".near > div").all_inner_texts()
    assert [each.split() for each in captions] == [
        ["0.92", "·", "other", "even"],
        ["0.26", "·", "other", "even"],
    ]
    assert names[0].endswith("other label, cosine 0.92")
    assert opened.is_hidden("#tip")  # it would cover what is marked now
    assert "Group" not in opened.inner_text("#picture")
    opened.click(".near button >> nth=1")
    assert "id-10" in opened.inner_text("#picture-body .facts")
    assert "Open: id-10, cluster 1, even" in opened.inner_text("#say")
    toggle = opened.locator("#picture [aria-pressed]")
    assert opened.evaluate("document.activeElement.textContent") == "Select"
    opened.keyboard.press("Enter")
    assert chosen(opened) == [10] and toggle.inner_text() == "Selected"
    opened.click("#clear")
    assert toggle.inner_text() == "Select"
    opened.click("#picture >> text=Close")
    assert opened.locator(".near").count() == 0
    opened.keyboard.press("ArrowRight")  # the map has the focus, and its place
    assert opened.evaluate("state.cursor") == 11


@needs_browser
def test_filters_narrow_and_selections_stay_within_them(opened):
    tick(opened, "cluster", "1")
    tick(opened, "cluster", "noise")
    assert shown(opened) == [6, 7, 8, 9, 10, 11, 23]
    tick(opened, "label", "even")
    assert shown(opened) == [6, 8, 10]
    assert opened.inner_text("#shown") == "3 of 24 pictures shown"
    opened.click("#tool-lasso")
    drag_round(opened, range(N))
    assert chosen(opened) == [6, 8, 10]
    opened.click("#unfilter")
    opened.fill("#search", "ID-1")
    assert shown(opened) == list(range(10, 20))
    opened.click("#select-shown")
    assert chosen(opened) == list(range(10, 20))
    opened.fill("#search", "")
    tick(opened, "skin_type", "unknown")
    assert shown(opened) == [0]


@needs_browser
def test_a_score_is_filtered_from_both_ends(opened):
    low, high = (
        opened.get_by_label("Off-topic score at least"),
        opened.get_by_label("Off-topic score at most"),
    )
    low.fill("102")  # of 200 steps from 1/23 to 1; what is unknown goes as well
    assert shown(opened) == list(range(13, 24))
    high.fill("120")
    assert shown(opened) == [13, 14]
    assert high.get_attribute("aria-valuetext") == "0.617"
    high.fill("20")  # one pushes the other
    assert low.input_value() == "20" and shown(opened) == []
    opened.click("#unfilter")
    assert shown(opened) == list(range(N))


@needs_browser
def test_the_exported_rows_are_those_of_the_table(opened, tmp_path):
    opened.click("#tool-lasso")
    drag_round(opened, [22, 23])
    opened.keyboard.down("Shift")
    opened.mouse.click(*place(opened, 0))
    opened.keyboard.up("Shift")
    with opened.expect_download() as download:
        opened.click("#export")
    assert download.value.suggested_filename == "selection.csv"
    download.value.save_as(tmp_path / "selection.csv")
    seen = pd.read_csv(tmp_path / "selection.csv", dtype={"skin_type": "Int64"})
    expected = small_case()["table"].iloc[[0, 22, 23]].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        seen, expected, check_dtype=False, rtol=1e-5, atol=1e-6
    )


@needs_browser
def test_the_map_is_used_by_keyboard(opened):
    opened.focus("#map")
    opened.evaluate("goTo(7)")
    for key, expected in [("Right", 8), ("Up", 14), ("Left", 13), ("Down", 7)]:
        opened.keyboard.press(f"Arrow{key}")
        assert opened.evaluate("state.cursor") == expected, key
        assert opened.inner_text("#say").startswith(f"id-{expected:02d}, cluster")
        assert f"id-{expected:02d}" in opened.inner_text("#tip")
    opened.keyboard.press("PageDown")
    opened.keyboard.press("Space")
    assert chosen(opened) == [8]
    opened.keyboard.press("Enter")
    assert "id-08" in opened.inner_text("#picture-body")
    scale = opened.evaluate("view.scale")
    opened.keyboard.press("+")
    assert opened.evaluate("view.scale") == pytest.approx(1.4 * scale)
    opened.keyboard.press("0")
    assert opened.evaluate("view.scale") == pytest.approx(scale)
    opened.keyboard.press("a")
    assert chosen(opened) == list(range(N))
    opened.keyboard.press("Escape")
    assert chosen(opened) == []
    opened.keyboard.press("?")
    assert opened.is_visible("#help")
    opened.keyboard.press("Escape")
    assert opened.is_hidden("#help")


@needs_browser
def test_tab_reaches_everything_and_shows_where_it_is(opened):
    opened.evaluate("pick(3)")
    reached = set()
    for _ in range(80):
        opened.keyboard.press("Tab")
        where, outline = opened.evaluate(
            "[document.activeElement].map(e => [e.id || e.className || e.tagName,"
            " getComputedStyle(e).outlineStyle])[0]"
        )
        if where == "BODY":
            break
        assert outline == "solid", where
        reached.add(where)
    assert reached >= {
        *("skip", "map-name", "colour", "search", "tool-pan", "tool-lasso", "pictures"),
        *("zoom-in", "zoom-out", "fit", "help-open", "map", "select-shown", "thumb"),
    }


@needs_browser
def test_another_map_and_another_colour(opened):
    left, right = place(opened, 0), place(opened, 5)
    opened.select_option("#map-name", label="mirrored")
    assert place(opened, 0) == pytest.approx(right, abs=0.1)
    assert place(opened, 5) == pytest.approx(left, abs=0.1)
    for colour in ("Cluster", "Label", "Skin type", "Off-topic score", "Label doubt"):
        opened.select_option("#colour", label=colour)
        first = opened.locator("#facets legend").first.inner_text()
        assert first.startswith(colour)
        assert opened.locator("#scale").is_visible() == (
            colour[-5:] in ("score", "doubt")
        )


@needs_browser
def test_another_colour_brings_its_legend_into_view(opened):
    side = "document.querySelector('.side')"
    opened.evaluate(f"{side}.scrollTop = 400")
    assert opened.evaluate(f"{side}.scrollTop") > 100
    opened.evaluate(
        "byId('colour').value = 'label';"
        "byId('colour').dispatchEvent(new Event('change'))"
    )
    assert opened.evaluate(f"{side}.scrollTop") == 0


@needs_browser
def test_where_nothing_matches_nothing_is_marked(opened):
    ring = "[...pen.getImageData(0, 0, canvas.width, canvas.height).data]"
    drawn = f"{ring}.filter((v, k) => k % 4 === 3 && v > 200).length"
    opened.evaluate("pick(3)")
    wait_until(opened, "!drawing")
    assert opened.is_hidden("#nothing")
    opened.fill("#search", "no such name")
    wait_until(opened, "!drawing")
    assert opened.inner_text("#shown") == "No picture matches, of 24"
    assert opened.is_visible("#nothing") and opened.is_visible("#unshown")
    opened.evaluate("state.colour = 'label'; draw()")  # without the clusters' numbers
    assert opened.evaluate(drawn) == 0
    opened.fill("#search", "")
    assert opened.is_hidden("#nothing") and opened.is_hidden("#unshown")


@needs_browser
def test_a_column_of_one_value_is_exported_only(browser, tmp_path):
    given = small_case()
    given["table"]["skin_type"] = pd.array([None] * N, dtype="Int64")
    path = explorer.write_explorer(tmp_path / "one.html", **given)
    with visit(browser, path) as visited:
        page = visited.page
        page.wait_for_selector("html[data-ready]")
        page.evaluate("goTo(3)")
        assert "Off-topic" in page.inner_text("#tip")
        page.evaluate("pick(3)")
        page.evaluate("goTo(3)")
        assert "Skin type" not in page.inner_text("main")
        assert page.evaluate("csvOf([3])").startswith("image_id,path,cluster,label,sk")


def test_the_help_explains_the_scores_that_are_there(small_page, tmp_path):
    words = soup_of(small_page).find(id="help").get_text()
    assert "Label doubt" in words and "Off-topic score" in words
    given = small_case()
    given["table"] = given["table"].drop(columns="label_doubt")
    path = explorer.write_explorer(tmp_path / "less.html", **given)
    words = soup_of(path).find(id="help").get_text()
    assert "Label doubt" not in words and "Off-topic score" in words


def test_the_header_counts_pictures_and_leaves_clusters_to_the_title(small_page):
    assert soup_of(small_page).header.p.get_text() == "24 pictures"


@needs_browser
def test_points_become_pictures(opened):
    opened.click("#pictures")
    wait_until(opened, "!drawing")
    shot = PIL.Image.open(io.BytesIO(opened.screenshot()))
    for i in (0, 9, 22):
        x, y = place(opened, i)
        assert is_picture(shot.getpixel((round(x) - 9, round(y) - 9))[:3], i)


@needs_browser
def test_wheel_and_drag_move_the_map_under_the_hand(opened):
    x, y = place(opened, 8)
    opened.mouse.move(x, y)  # a browser tells the pointer's place in whole pixels
    opened.mouse.wheel(0, -300)
    wait_until(opened, "view.scale > 1.5 * view.fitted")
    assert place(opened, 8) == pytest.approx((x, y), abs=1)
    opened.mouse.down()
    opened.mouse.move(x + 30, y - 20, steps=3)
    opened.mouse.up()
    assert place(opened, 8) == pytest.approx((x + 30, y - 20), abs=1)
    assert opened.evaluate("state.picked") == -1  # a drag is no click


CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const worst = [];
  for (const e of document.body.querySelectorAll("*")) {
    const own = [...e.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) worst.push([e.tagName, e.id, e.textContent.slice(0, 30), ratio]);
  }
  return worst;
}"""


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1200, 800), (360, 740)])
def test_text_is_readable_and_nothing_is_cut_off(browser, small_page, scheme, size):
    with visit(browser, small_page, size, color_scheme=scheme) as visited:
        page = visited.page
        page.wait_for_selector("html[data-ready]")
        page.evaluate("document.getElementById('filters').open = true")
        page.evaluate("pick(3); goTo(4); select([1, 2])")
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (np.mean([int(x) for x in re.findall(r"\d+", paper)]) < 128) == (
            scheme == "dark"
        )


@needs_browser
def test_a_finger_opens_a_picture(browser, small_page):
    with visit(browser, small_page, (360, 740), has_touch=True) as visited:
        page = visited.page
        page.wait_for_selector("html[data-ready]")
        page.touchscreen.tap(*place(page, 9))
        assert "id-09" in page.inner_text("#picture-body")
        assert page.is_hidden("#tip")
        box = page.locator(".open canvas").bounding_box()  # it has come into view
        assert box["y"] > 0 and box["y"] + box["height"] <= 740
        x, y = place(page, 9)  # and what is marked on the map has not gone
        near = np.array([place(page, i) for i in (9, 10, 16)])
        assert (near > 0).all() and (near < (360, box["y"])).all()


@needs_browser
def test_two_fingers_zoom_the_map_between_them(browser, small_page):
    with visit(browser, small_page, (360, 740), has_touch=True) as visited:
        page = visited.page
        page.wait_for_selector("html[data-ready]")
        (x, y), scale = place(page, 8), page.evaluate("view.scale")
        hand = page.context.new_cdp_session(page)
        for spread in (20, 30, 40):
            points = [{"x": x - spread, "y": y}, {"x": x + spread, "y": y}]
            kind = "touchStart" if spread == 20 else "touchMove"
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        wait_until(page, "pointers.size === 0")
        assert page.evaluate("view.scale") == pytest.approx(2 * scale, rel=0.02)
        assert place(page, 8) == pytest.approx((x, y), abs=3)
        assert page.evaluate("state.picked") == -1
