"""Contact sheets and pair sheets: any size, any number, any name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from helpers.show import pictures, saving, style

MAT = np.round(255 * np.array(to_rgb(style.EMPTY)))


def plain(height, width, value=0):
    return np.full((height, width, 3), value, np.uint8)


def raster(figure):
    return np.asarray(figure.axes[0].images[0].get_array())


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_cells_are_equal_and_pictures_whole():
    red, tall = plain(50, 100), plain(300, 30)
    red[..., 0] = 255
    tall[:] = (0, 0, 255)
    shown = raster(pictures.contact_sheet([red, tall], ["a", "b"], "Two", 2))
    cell = (round(9 * style.DPI) - 14) // 2
    left, right = shown[:, :cell], shown[:, cell + 14 : 2 * cell + 14]
    for part, picture in ((left, red), (right, tall)):
        coloured = (part == picture[0, 0]).all(axis=2)
        rows, columns = coloured.any(axis=1).sum(), coloured.any(axis=0).sum()
        ratio = picture.shape[1] / picture.shape[0]
        assert columns / rows == pytest.approx(ratio, rel=0.02)
    assert (right[0, 0] == MAT).all()  # letterboxed, not stretched


def test_a_single_picture_does_not_fill_the_page():
    figure = pictures.contact_sheet([plain(10, 10)], ["one"], "One")
    assert (raster(figure)[:, 700:] == 255).all()
    assert figure.axes[0].get_title(loc="left") == "One  (1 picture)"


def test_no_picture_gives_a_figure_that_says_so(tmp_path):
    figure = pictures.contact_sheet([], [], "None", licence="CC BY 4.0")
    assert texts(figure) == ["There are no pictures to show."]
    assert saving.save_figure(figure, tmp_path, "none", "Nothing.").stat().st_size > 0


def test_title_says_of_how_many_these_are_a_sample():
    figure = pictures.contact_sheet([plain(4, 4)] * 2, ["a", "b"], "HAM", n=7993)
    assert figure.axes[0].get_title(loc="left") == "HAM  (2 of n = 7,993 pictures)"


def test_a_caption_for_each_picture_or_none():
    with pytest.raises(ValueError, match="2 pictures but 1 captions"):
        pictures.contact_sheet([plain(4, 4)] * 2, ["a"], "x")
    with pytest.raises(ValueError, match="one similarity"):
        pictures.pair_sheet([(plain(4, 4), plain(4, 4))], [], ["x"], "x")


def test_masks_are_shown_in_gray():
    mask = np.zeros((8, 8), bool)
    mask[:, 4:] = True
    shown = raster(pictures.contact_sheet([mask], ["mask"], "Mask"))
    assert (shown[300, 10] == 0).all() and (shown[300, 600] == 255).all()


def test_pairs_stand_side_by_side_with_similarity_and_verdict():
    pair = (plain(9, 9, 10), plain(9, 9, 200))
    figure = pictures.pair_sheet([pair], [0.98765], ["same lesion"], "Pairs", n=12)
    assert texts(figure) == ["0.988 · same lesion"]
    shown = raster(figure)
    assert (shown[100, 100] == 10).all() and (shown[100, 500] == 200).all()
    assert figure.axes[0].get_title(loc="left") == "Pairs  (1 of n = 12 pairs)"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.integers(40, 700))
def test_captions_fit_whatever_they_say(text, width_px):
    room = max(4, int(width_px / pictures._PX_PER_CHARACTER))
    lines = pictures._wrap(text, width_px)
    assert 1 <= len(lines) <= 2
    assert all(pictures._n_columns_of(line) <= room for line in lines)


def test_a_short_caption_is_not_changed_and_a_long_one_keeps_both_ends():
    assert pictures._wrap("nv · ISIC_0024306", 300) == ["nv · ISIC_0024306"]
    (line,) = pictures._wrap("ISIC_0024306_" + "x" * 90 + "_left.jpg", 300)
    assert line.startswith("ISIC_0024306_") and line.endswith("left.jpg")


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (600, 37)])
def test_odd_sizes(shape, tmp_path):
    names = ["صورة", "皮膚の写真.jpg", "😀 $x$ \\frac", '<b>"']
    figure = pictures.contact_sheet([plain(*shape)] * 4, names, "Odd", 3, "CC0")
    assert saving.save_figure(figure, tmp_path, "odd", "Odd.").stat().st_size > 1000
