"""Rows of masks: three cells a picture, each outline where its mask ends."""

import matplotlib as mpl
import numpy as np
import pytest

from helpers.images.overlays import OUTLINE_RGB
from helpers.show import saving, style
from helpers.show.plots_masks import PREDICTED_RGB, MaskExample, mask_rows


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def example(left, right, caption="Dice 0.50", height=60, width=80, level=120):
    masks = np.zeros((2, height, width), bool)
    masks[0, 10:40, 10:left] = masks[1, 10:40, 10:right] = True
    return MaskExample(np.full((height, width, 3), level, np.uint8), *masks, caption)


def texts(figure):
    return [t.get_text() for t in figure.axes[0].texts if t.get_text()]


def columns_of(figure, colour):
    raster = figure.axes[0].images[0].get_array()
    return np.flatnonzero((raster == colour).all(axis=2).any(axis=0))


def test_a_picture_has_three_cells_with_the_outlines_where_masks_end():
    figure = mask_rows({"worst": [example(40, 60)]}, "U-Net", 12, "CC BY-NC 4.0")
    raster = figure.axes[0].images[0].get_array()
    cell, gap = 300, 6
    top = np.flatnonzero((raster[:, 150] == 120).all(axis=1))[0]
    cells = [raster[top : top + 225, x : x + cell] for x in (0, cell + gap, 612)]
    assert (cells[0] == 120).all()
    scale = cell / 80
    for place, colour, ends in (
        (1, OUTLINE_RGB, (10, 40)),
        (2, PREDICTED_RGB, (10, 60)),
    ):
        line = (cells[place] == colour).all(axis=2)
        found = np.flatnonzero(line.any(axis=0))
        assert abs(found[0] - ends[0] * scale) < 4
        assert abs(found[-1] - ends[1] * scale) < 4
        assert not line[round(25 * scale), round(25 * scale)]  # a line, and no area
    assert not (cells[1] == PREDICTED_RGB).all(axis=2).any()
    assert (cells[2] == OUTLINE_RGB).all(axis=2).any()  # the truth is there, too
    assert figure.axes[0].get_title(loc="left") == "U-Net  (n = 12 pictures)"
    wanted = ["worst", "Dice 0.50", "picture", "true mask", "prediction"]
    assert texts(figure) == wanted
    assert figure.get_supxlabel() == "CC BY-NC 4.0"
    key = figure.axes[0].get_legend().get_texts()
    assert [text.get_text() for text in key] == ["truth", "prediction"]


def test_groups_are_named_once_and_two_pictures_share_a_line():
    groups = {
        "best": [example(40, 40, f"best {n}") for n in range(3)],
        "none of these": [],
        "worst": [example(40, 60, "worst 0", 30, 90)],
    }
    words = texts(mask_rows(groups, "U-Net", 40))
    assert [word for word in words if word in groups] == ["best", "worst"]
    assert [word for word in words if word[-1].isdigit()] == [
        "best 0",
        "best 1",
        "best 2",
        "worst 0",
    ]
    assert words.count("true mask") == words.count("prediction") == 2


@pytest.mark.parametrize("full", [False, True])
def test_an_empty_mask_has_no_outline_and_a_full_one_none_inside(full):
    one = example(40, 40)._replace(mask_pred=np.full((60, 80), full))
    figure = mask_rows({"one": [one]}, "U-Net", 1)
    assert not len(columns_of(figure, PREDICTED_RGB))
    assert figure.axes[0].get_title(loc="left") == "U-Net  (n = 1 picture)"


def test_pictures_of_any_size_fit_the_page(tmp_path):
    sizes = [(20, 400), (400, 20), (1, 1), (64, 64)]
    group = [
        MaskExample(
            np.zeros((*size, 3), np.uint8),
            np.ones(size, bool),
            np.zeros(size, bool),
            "皮膚 <b>$x$</b> " * 9,
        )
        for size in sizes
    ]
    figure = mask_rows({"odd": group}, "U-Net", 4)
    assert figure.get_size_inches()[0] == pytest.approx(9)
    saving.save_figure(figure, tmp_path, "masks", "Masks.")


def test_no_picture_and_masks_of_another_size_are_refused():
    for nothing in ({}, {"best": []}):
        with pytest.raises(ValueError, match="no picture"):
            mask_rows(nothing, "U-Net", 0)
    bad = example(40, 40)._replace(mask_pred=np.zeros((6, 8), bool))
    with pytest.raises(ValueError, match="does not fit"):
        mask_rows({"best": [bad]}, "U-Net", 1)
