"""Masks picture by picture: known distances, stated rules, honest summaries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from helpers.base.errors import ParameterError
from helpers.evaluate import mask_scores, segmentation
from helpers.evaluate.intervals import wilson


def disc(height, width, y, x, radius):
    rows, columns = np.ogrid[:height, :width]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def by_distance_transform(true, pred):
    """Return the same from distance maps of the whole picture."""
    edges = []
    for mask in (true, pred):
        edges.append(mask & ~ndimage.binary_erosion(mask, border_value=0))
    ways = []
    for one, other in (edges, edges[::-1]):
        away = ndimage.distance_transform_edt(~other)
        ways.append(np.percentile(away[one], 95))
    return max(ways)


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(bool, st.tuples(st.just(2), st.integers(1, 12), st.integers(1, 12))))
def test_distances_are_those_of_distance_transforms(pair):
    true, pred = pair
    found = mask_scores.hausdorff95_px(true, pred)
    assert found == mask_scores.hausdorff95_px(pred, true)
    if true.any() and pred.any():
        assert found == pytest.approx(by_distance_transform(true, pred), abs=1e-12)


def test_known_distances():
    mask = disc(60, 90, 30, 40, 12)
    assert mask_scores.hausdorff95_px(mask, mask) == 0
    assert mask_scores.hausdorff95_px(mask, np.roll(mask, 7, 1)) == pytest.approx(
        7, abs=0.35
    )
    larger = disc(60, 90, 30, 40, 17)
    assert mask_scores.hausdorff95_px(mask, larger) == pytest.approx(5, abs=0.5)


def test_one_speck_far_off_does_not_move_it_and_a_second_lesion_does():
    mask = disc(60, 90, 30, 20, 12)
    speck = mask.copy()
    speck[5, 85] = True
    assert mask_scores.hausdorff95_px(mask, speck) == 0
    assert mask_scores.hausdorff95_px(mask, mask | disc(60, 90, 30, 75, 9)) > 40


def test_a_lesion_cut_by_the_frame_ends_there():
    half, whole = np.zeros((2, 20, 30), bool)
    half[:, :15], whole[:] = True, True
    # Left and upper edges agree, the right one is 15 px off.
    assert mask_scores.hausdorff95_px(half, whole) == 15


def test_empty_masks_follow_the_rules_that_are_stated():
    empty, some = np.zeros((30, 40), bool), disc(30, 40, 15, 20, 5)
    table = mask_scores.score_masks([empty, empty, some], [empty, some, empty])
    np.testing.assert_array_equal(table["dice"], [1, 0, 0])
    np.testing.assert_array_equal(table["iou"], [1, 0, 0])
    np.testing.assert_array_equal(table["hausdorff95_px"], [0, 50, 50])
    np.testing.assert_allclose(table["area_true"], [0, 0, some.mean()])


def test_the_table_has_a_row_per_picture_of_any_size():
    true = [disc(30, 40, 15, 20, 6), disc(20, 20, 9, 9, 4)]
    pred = [disc(30, 40, 15, 23, 6), disc(20, 20, 9, 9, 5)]
    table = mask_scores.score_masks(true, pred, ["x", "y"])
    assert table.index.tolist() == ["x", "y"] and table.index.name == "image_id"
    assert tuple(table.columns) == mask_scores.COLUMNS
    for row, one, other in zip(table.itertuples(), true, pred, strict=True):
        assert row.dice == segmentation.dice(one, other)
        assert row.iou == segmentation.iou(one, other)
        assert row.hausdorff95_px == mask_scores.hausdorff95_px(one, other)
        assert (row.area_true, row.area_pred) == (one.mean(), other.mean())


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((4, 4)),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 5), bool),
        np.zeros((1, 4, 4), bool),
    ],
)
def test_what_is_no_mask_of_that_size_is_refused_by_name(bad):
    good = np.zeros((4, 4), bool)
    with pytest.raises(ParameterError, match=r"masks of .*picture ISIC_7"):
        mask_scores.score_masks([good, good], [good, bad], ["ISIC_6", "ISIC_7"])
    with pytest.raises(ParameterError, match="masks of"):
        mask_scores.score_masks([bad], [bad if bad.dtype != bool else good])


def test_other_lengths_and_no_mask_at_all_are_refused():
    good = np.zeros((4, 4), bool)
    with pytest.raises(ParameterError, match="1 rows do not belong to 2"):
        mask_scores.score_masks([good, good], [good])
    with pytest.raises(ParameterError, match="image_ids"):
        mask_scores.score_masks([good], [good], [])
    with pytest.raises(ParameterError, match="no mask"):
        mask_scores.score_masks([], [])


def squares(sides):
    """Return masks of 20 x 20, and predictions with IoU (side / 20) ** 2."""
    pred = np.zeros((len(sides), 20, 20), bool)
    for mask, side in zip(pred, sides, strict=True):
        mask[:side, :side] = True
    return np.ones_like(pred), pred


def test_a_summary_counts_by_hand():
    table = mask_scores.score_masks(*squares([20, 18, 16, 10]))
    found = mask_scores.summarise_masks(table, np.random.default_rng(0))
    iou = np.array([1, 0.81, 0.64, 0.25])
    np.testing.assert_allclose(table["iou"], iou)
    assert found["n"] == 4 and found["iou_mean"] == pytest.approx(iou.mean())
    assert found["dice_mean"] == pytest.approx((2 * iou / (1 + iou)).mean())
    assert found["jaccard_below_065"] == 0.5
    assert found["jaccard_below_065_interval"] == wilson(2, 4)
    assert found["jaccard_thresholded_mean"] == pytest.approx(1.81 / 4)
    assert found["hausdorff95_px_median"] == table["hausdorff95_px"].median()
    for score in ("dice", "iou"):
        low, high = found[f"{score}_interval"]
        assert low < found[f"{score}_mean"] < high


@pytest.mark.parametrize(("iou", "failed"), [(0.649, 1), (0.65, 0), (0.651, 0)])
def test_a_failure_is_a_jaccard_below_065_and_no_other(iou, failed):
    table = mask_scores.score_masks(*squares([20])).assign(iou=iou)
    found = mask_scores.summarise_masks(table, np.random.default_rng(0))
    assert found["jaccard_below_065"] == failed
    assert found["jaccard_thresholded_mean"] == (0 if failed else iou)


def test_copies_of_a_picture_in_one_group_add_no_certainty():
    rng = np.random.default_rng
    sides = rng(5).integers(8, 21, 40)
    once = mask_scores.score_masks(*squares(sides))
    rows = np.repeat(np.arange(40), 4)
    many = once.iloc[rows]
    summary = mask_scores.summarise_masks
    width = [
        np.ptp(found["iou_interval"])
        for found in (
            summary(once, rng(0)),
            summary(many, rng(0), rows),
            summary(many, rng(0)),
        )
    ]
    assert width[1] == pytest.approx(width[0], rel=0.1)
    assert width[2] == pytest.approx(width[0] / 2, rel=0.15)


def test_of_one_picture_or_group_nothing_is_known():
    table = mask_scores.score_masks(*squares([20, 18]))
    rng = np.random.default_rng(0)
    for found in (
        mask_scores.summarise_masks(table.iloc[:1], rng),
        mask_scores.summarise_masks(table, rng, ["x", "x"]),
    ):
        assert tuple(found["dice_interval"]) == tuple(found["iou_interval"]) == (0, 1)


def test_a_table_of_something_else_is_refused():
    table = mask_scores.score_masks(*squares([20]))
    for bad in (table.iloc[:0], table.drop(columns="iou")):
        with pytest.raises(ParameterError, match="nothing to sum up"):
            mask_scores.summarise_masks(bad, np.random.default_rng(0))
    with pytest.raises(ParameterError, match="2 groups of 1"):
        mask_scores.summarise_masks(table, np.random.default_rng(0), ["x", "y"])
