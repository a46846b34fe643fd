"""Figures of processings: what is drawn is what was handed in."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.show import style
from helpers.show.plots_processing import contrast_scatter, processing_sheet


def picture(colour, height=30, width=40):
    return np.full((height, width, 3), colour, np.uint8)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def key(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_sheet_holds_every_picture_at_its_place():
    colours = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    rows = {
        f"skin type {r + 1}": {
            name: picture(colours[r, c])
            for c, name in enumerate(("rgb", "heat_map", "R, G, B one by one"))
        }
        for r in range(2)
    }
    ax = processing_sheet(rows, "Inputs", "CC BY-NC 4.0").axes[0]
    raster = ax.images[0].get_array()
    values = raster[..., 0][(raster[..., 0] % 40 == 0)]
    assert set(np.unique(values)) == set(colours.ravel())
    row, column = np.nonzero(raster[..., 0] == colours[1, 2])
    other_row, other_column = np.nonzero(raster[..., 0] == colours[0, 1])
    assert row.min() > other_row.max() and column.min() > other_column.max()
    assert ax.get_title(loc="left") == "Inputs  (n = 2 pictures)"
    assert texts(ax)[:2] == ["rgb", "heat map"] and "skin type\n1" in texts(ax)
    assert ax.figure._supxlabel.get_text() == "CC BY-NC 4.0"
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize("n_columns", [1, 9, 14])
def test_the_sheet_of_any_number_of_columns_fits_the_page(n_columns):
    name = "a name <b> that is long indeed {}"
    row = {name.format(c): picture(c, 200, 20) for c in range(n_columns)}
    figure = processing_sheet({"only": row}, "One")
    assert figure.get_size_inches()[0] == pytest.approx(9)
    figure.draw_without_rendering()


def test_a_sheet_without_pictures_or_with_ragged_rows_is_refused():
    for bad in ({}, {"a": {}}, {"a": {"x": picture(1)}, "b": {"y": picture(2)}}):
        with pytest.raises(ValueError, match="each row"):
            processing_sheet(bad, "none")


def test_the_scatter_draws_each_picture_once_in_its_types_colour():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 40, 200), rng.uniform(0, 1, 200)
    groups = rng.integers(1, 7, 200).astype(float)
    x[0], y[1], groups[2] = np.nan, np.nan, np.nan
    ax = contrast_scatter(x, y, groups, "Otsu", {"contrast": 0.5, "tone": -0.25})
    drawn = np.concatenate([dots.get_offsets() for dots in ax.collections])
    np.testing.assert_allclose(
        drawn[np.lexsort(drawn.T)],
        (kept := np.column_stack([x, y])[3:])[np.lexsort(kept.T)],
    )
    for kind, dots in enumerate(ax.collections, start=1):
        assert to_hex(dots.get_facecolor()[0]) == style.SKIN_TYPE_COLOURS[kind]
        assert len(dots.get_offsets()) == (groups[3:] == kind).sum()
    assert key(ax)[0] == f"1  (n = {(groups[3:] == 1).sum()})"
    assert ax.get_title(loc="left") == "Otsu  (n = 197 pictures)"
    assert "+0.50  contrast\n-0.25  tone" in texts(ax)[0]
    ax.figure.draw_without_rendering()


def test_the_line_is_the_median_of_bins_of_equally_many():
    x, y = np.arange(40.0)[::-1], np.linspace(0, 1, 40) ** 2
    line = contrast_scatter(x, y, ["all"] * 40, "Five").lines[0].get_xydata()
    bins = np.arange(40).reshape(5, 8)
    np.testing.assert_allclose(line[:, 0], np.median(bins, axis=1))
    np.testing.assert_allclose(line[:, 1], np.median(y[::-1][bins], axis=1))


@pytest.mark.parametrize("n", [0, 1, 15])
def test_few_pictures_have_no_line(n):
    ax = contrast_scatter(np.arange(n), np.full(n, 0.5), ["light"] * n, "Few")
    assert not ax.lines
    ax.figure.draw_without_rendering()
