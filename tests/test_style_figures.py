"""The look of figures: colours all can tell apart, fixed bytes, text for all."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from helpers.base.errors import UnsafePathError
from helpers.data.sample.painting.skin import ITA_RANGES_DEG
from helpers.images.colour import individual_typology_angle
from helpers.show import saving, style

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
CHOSEN = {
    "categorical": style.CATEGORICAL,
    "data sets": list(style.DATASET_COLOURS.values()),
    "parts": list(style.PART_COLOURS.values()),
    "partitions": list(style.PARTITION_COLOURS.values()),
}


def as_seen(colour, sight):
    linear = np.array(to_rgb(colour)) ** 2.2
    return rgb2lab((np.clip(SIGHT[sight] @ linear, 0, 1) ** (1 / 2.2))[None, None])[
        0, 0
    ]


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def draw(text="two bars"):
    ax = style.make_axes(height_in=2, width_in=3)
    ax.bar([0, 1], [1, 2])
    style.set_title(ax, text, 2)
    return ax.figure


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colours", CHOSEN.values(), ids=CHOSEN)
def test_colours_differ_for_every_kind_of_sight(colours, sight):
    for one, other in itertools.combinations(colours, 2):
        gap = deltaE_ciede2000(as_seen(one, sight), as_seen(other, sight))
        assert gap > 9, (one, other, gap)


def test_sequential_map_darkens_in_even_steps():
    lightness = rgb2lab(style.SEQUENTIAL(np.linspace(0, 1, 64))[None, :, :3])[0, :, 0]
    steps = np.diff(lightness)
    assert (steps < 0).all() and steps.std() < 0.25 * abs(steps.mean())


@pytest.mark.parametrize("skin_type", range(1, 7))
def test_skin_type_swatch_lies_in_the_middle_of_its_ita_class(skin_type):
    lab = rgb2lab(np.array(to_rgb(style.SKIN_TYPE_COLOURS[skin_type]))[None, None])[
        0, 0
    ]
    assert individual_typology_angle(lab) == pytest.approx(
        np.mean(ITA_RANGES_DEG[skin_type]), abs=1.5
    )


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        saving.save_figure(draw(), tmp_path / folder, "bars", "Two bars.")
    for name in ("bars.png", "bars.svg", "bars.txt"):
        first, second = (tmp_path / each / "figures" / name for each in "ab")
        assert first.read_bytes() == second.read_bytes()
    assert b"<dc:date>" not in (tmp_path / "a/figures/bars.svg").read_bytes()


def test_a_drawing_is_saved_small_with_its_colours_exact(tmp_path):
    figure = Figure(figsize=(2, 2))
    figure.set_layout_engine("none")
    figure.add_axes((0, 0, 1, 1), facecolor=style.ACCENT)
    png = saving.save_figure(figure, tmp_path, "plain", "A blue square.")
    with Image.open(png) as picture:
        assert picture.mode == "P"
        middle = picture.convert("RGB").getpixel(
            (picture.width // 2, picture.height // 2)
        )
    assert middle == tuple(round(255 * c) for c in to_rgb(style.ACCENT))


def test_a_photograph_keeps_all_its_colours(tmp_path):
    figure = Figure(figsize=(2, 2))
    figure.add_subplot().imshow(np.zeros((4, 4, 3)))
    with Image.open(saving.save_figure(figure, tmp_path, "photo", "Black.")) as picture:
        assert picture.mode == "RGBA"


@pytest.mark.parametrize("photo", [False, True])
def test_the_picture_for_a_cell_carries_text_and_half_the_pixels(tmp_path, photo):
    figure = draw()
    if photo:
        figure.axes[0].imshow(np.zeros((4, 4, 3)))
    png = saving.save_figure(figure, tmp_path, "bars", "Zwei Säulen.")
    with Image.open(png) as picture:
        width = picture.width
    bundle, metadata = saving.picture_of(png)._repr_mimebundle_()
    kind = "image/jpeg" if photo else "image/png"
    assert set(bundle) == {kind}
    assert metadata[kind] == {"width": round(width * 2 / 3), "alt": "Zwei Säulen."}


def test_a_figure_without_text_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot see"):
        saving.save_figure(draw(), tmp_path, "bars", "  ")
    assert not list(tmp_path.iterdir())


def test_a_name_that_leads_out_is_refused(tmp_path):
    with pytest.raises(UnsafePathError):
        saving.save_figure(draw(), tmp_path / "in", "../../out", "Bars.")
    assert not list(tmp_path.rglob("*out*"))


def test_names_in_any_script_and_formulas_are_drawn_without_a_warning(
    tmp_path, recwarn
):
    text = "$\\frac{$ 皮膚 😀 \U0001f9ff صورة \ue000"
    saving.save_figure(draw(text), tmp_path, "names", text)
    assert not [each for each in recwarn if "font" in str(each.message)]


def test_log_axis_has_plain_numbers(tmp_path):
    ax = style.make_axes()
    ax.plot([1, 2], [1, 20000])
    style.use_log_axis(ax, "y")
    ax.figure.draw_without_rendering()
    words = [label.get_text() for label in ax.get_yticklabels()]
    assert "10,000" in words and not any("$" in word for word in words)


def test_title_says_how_many_and_licence_is_shown():
    figure = draw("Bars")
    style.licence_note(figure, "CC BY-NC 4.0")
    assert figure.axes[0].get_title(loc="left") == "Bars  (n = 2 pictures)"
    assert figure.get_supxlabel() == "CC BY-NC 4.0"


def test_pyplot_figures_are_closed_so_that_no_cell_shows_them_twice(tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure = pyplot.figure()
    saving.save_figure(figure, tmp_path, "empty", "Nothing.")
    assert figure.number not in pyplot.get_fignums()
