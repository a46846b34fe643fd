"""Maps against masks, by hand and by property."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.base.errors import ParameterError
from helpers.evaluate import saliency

MASK = np.zeros((1, 4, 4), bool)
MASK[0, :2, :2] = True


def flat(value=1.0):
    return np.full((1, 4, 4), value)


def test_a_map_that_knows_nothing_has_the_lesions_share():
    assert saliency.energy_inside(flat(), MASK).tolist() == [0.25]
    assert saliency.points_inside(flat(), MASK).tolist() == [0.25]
    assert saliency.best_iou(flat(), MASK).tolist() == [0.25]
    assert saliency.score_maps(flat(), MASK)["area_share"].tolist() == [0.25]


def test_a_map_that_is_the_mask_is_perfect_and_its_opposite_is_nothing():
    for score in (saliency.energy_inside, saliency.points_inside, saliency.best_iou):
        assert score(MASK.astype(float), MASK).tolist() == [1]
    assert saliency.energy_inside((~MASK).astype(float), MASK).tolist() == [0]
    assert saliency.points_inside((~MASK).astype(float), MASK).tolist() == [0]


def test_energy_and_threshold_by_hand():
    maps = flat(1.0)
    maps[0, :2, :2] = [[9, 8], [7, 2]]
    assert saliency.energy_inside(maps, MASK)[0] == pytest.approx(26 / 38)
    assert saliency.points_inside(maps, MASK).tolist() == [1]
    assert saliency.best_iou(maps, MASK).tolist() == [1]  # cut between 1 and 2
    maps[0, 3, 3] = 10
    assert saliency.points_inside(maps, MASK).tolist() == [0]
    assert saliency.best_iou(maps, MASK).tolist() == [4 / 5]


def test_a_map_of_nothing_has_no_score():
    for score in (saliency.energy_inside, saliency.points_inside, saliency.best_iou):
        assert np.isnan(score(flat(0.0), MASK)).all()


def test_the_middle_is_a_baseline_that_a_central_lesion_favours():
    mask = np.zeros((1, 30, 40), bool)
    mask[0, 10:20, 14:26] = True
    found = saliency.score_maps(np.ones((1, 30, 40)), mask).iloc[0]
    assert found["centre_energy_inside"] > 2 * found["area_share"]
    assert found["centre_points_inside"] == 1
    middle = saliency.centre_map(30, 40)
    np.testing.assert_allclose(middle, middle[::-1, ::-1])
    assert middle.argmax() in {14 * 40 + 19, 14 * 40 + 20, 15 * 40 + 19, 15 * 40 + 20}


@given(st.integers(0, 10_000))
def test_scores_stay_within_0_and_1_and_do_not_depend_on_scale(seed):
    rng = np.random.default_rng(seed)
    maps, masks = rng.random((3, 6, 5)), rng.random((3, 6, 5)) < 0.4
    for score in (saliency.energy_inside, saliency.points_inside, saliency.best_iou):
        found = score(maps, masks)
        assert ((found >= 0) & (found <= 1)).all()
        np.testing.assert_allclose(score(8 * maps, masks), found)


def test_rank_correlation_is_spearmans():
    rng = np.random.default_rng(0)
    maps, others = rng.random((3, 5, 5)), rng.random((3, 5, 5))
    others[1], others[2] = -(maps[1] ** 3), 1.0
    found = saliency.rank_correlations(maps, others)
    expected = stats.spearmanr(maps[0].ravel(), others[0].ravel())[0]
    assert found[0] == pytest.approx(expected)
    assert found[1] == pytest.approx(-1) and np.isnan(found[2])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ParameterError, match="do not lie on"):
        saliency.energy_inside(np.ones((1, 4, 5)), MASK)
    with pytest.raises(ParameterError, match="do not belong"):
        saliency.energy_inside(np.ones((2, 4, 4)), MASK)
    with pytest.raises(ParameterError, match="negative"):
        saliency.energy_inside(-flat(), MASK)
    with pytest.raises(ParameterError, match="negative"):
        saliency.best_iou(flat(np.nan), MASK)
