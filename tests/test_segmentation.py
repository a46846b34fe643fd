import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from helpers.evaluate.segmentation import dice, iou

masks = hnp.arrays(
    bool, st.tuples(st.just(2), *[st.integers(1, 3)] * 2, *[st.integers(1, 6)] * 2)
)


@settings(deadline=None, max_examples=40)
@given(masks)
def test_scores_are_those_of_scikit_learn_picture_by_picture(pair):
    true, pred = pair
    found_iou, found_dice = iou(true, pred), dice(true, pred)
    assert found_iou.shape == found_dice.shape == true.shape[:2]
    for place in np.ndindex(true.shape[:2]):
        one, other = true[place].ravel(), pred[place].ravel()
        wanted = metrics.jaccard_score(one, other, zero_division=1.0)
        assert found_iou[place] == pytest.approx(wanted)
        wanted = metrics.f1_score(one, other, zero_division=1.0)
        assert found_dice[place] == pytest.approx(wanted)
        assert iou(true[place], pred[place]) == found_iou[place]


@settings(deadline=None, max_examples=40)
@given(masks)
def test_scores_are_symmetric_and_tell_of_each_other(pair):
    true, pred = pair
    np.testing.assert_array_equal(iou(true, pred), iou(pred, true))
    np.testing.assert_allclose(
        dice(true, pred), 2 * iou(true, pred) / (1 + iou(true, pred))
    )
    assert (iou(true, true) == 1).all()
    np.testing.assert_array_equal(iou(true, ~true), 0.0)


def test_empty_masks():
    empty, full = np.zeros((3, 4), bool), np.ones((3, 4), bool)
    assert iou(empty, empty) == dice(empty, empty) == 1
    assert iou(empty, full) == dice(full, empty) == 0
    assert iou(np.zeros((0, 3, 4), bool), np.zeros((0, 3, 4), bool)).shape == (0,)


def test_one_true_mask_against_many_predictions():
    true = np.eye(4, dtype=bool)
    found = iou(true, np.stack([true, ~true, np.ones((4, 4), bool)]))
    np.testing.assert_array_equal(found, [1, 0, 0.25])


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((4, 4)),
        np.zeros((4, 5), bool),
        np.zeros((1, 4), bool),
        np.zeros(4, bool),
    ],
)
def test_what_is_no_mask_of_that_size_is_refused(bad):
    with pytest.raises(ValueError, match="masks of"):
        iou(np.zeros((4, 4), bool), bad)
