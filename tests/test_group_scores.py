"""Scores by group, and the gap between groups, against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.evaluate import classification, group_scores
from helpers.evaluate.intervals import wilson


def answers(seed=0, n=300, n_labels=3):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_labels, n)
    skin_type = rng.choice([1.0, 2.0, 5.0, np.nan], n)
    hit = rng.random(n) < np.where(skin_type == 5, 0.4, 0.9)
    return y, np.where(hit, y, (y + 1) % n_labels), skin_type


def test_each_row_is_the_score_of_its_group_alone():
    y, y_pred, types = answers()
    found = group_scores.scores_by_group(y, y_pred, types, 3, np.random.default_rng(1))
    assert found.index.tolist() == ["1", "2", "5", "unknown"]
    assert found["n"].sum() == len(y)
    here = types == 5
    alone = classification.scores(y[here], y_pred[here], 3)
    for key, value in alone.items():
        assert found.loc["5", key] == pytest.approx(value)
    low, high = found.loc["5", "accuracy_interval"]
    assert low < found.loc["5", "accuracy"] < high < found.loc["1", "accuracy"]
    assert (found["n_labels"] == 3).all()


def test_the_gap_is_between_the_best_and_the_worst_that_are_known():
    y, y_pred, types = answers()
    gap = group_scores.largest_gap(y, y_pred, types, 3)
    assert gap.worst == "5" and gap.best in {"1", "2"}
    low, high = gap.interval
    assert 0.2 < low < gap.difference < high
    right = y == y_pred
    assert gap.difference == pytest.approx(
        right[types == float(gap.best)].mean() - right[types == 5].mean()
    )
    assert gap.n_worst == (types == 5).sum()


def test_small_groups_take_no_part():
    y = np.zeros(29, int)
    y_pred, groups = y.copy(), ["a"] * 20 + ["b"] * 9
    y_pred[20:] = 1
    assert group_scores.largest_gap(y, y_pred, groups, 2) is None
    assert group_scores.largest_gap(y[:20], y_pred[:20], groups[:20], 2) is None


def test_newcombes_own_examples():
    """Table II of his paper, method 10: (a), (c) and (e)."""
    for counts, expected in (
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ):
        found = group_scores.difference_of_shares(*counts)
        np.testing.assert_allclose(found, expected, atol=5e-5)
    with pytest.raises(ParameterError, match="no difference"):
        group_scores.difference_of_shares(0, 0, 1, 2)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_the_interval_holds_the_difference_and_turns_with_it(n, m, data):
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    low, high = group_scores.difference_of_shares(a, n, b, m)
    assert -1 - 1e-9 <= low <= a / n - b / m <= high <= 1 + 1e-9
    back = group_scores.difference_of_shares(b, m, a, n)
    np.testing.assert_allclose(back, (-high, -low), atol=1e-12)


def test_lesions_are_drawn_together():
    y = np.repeat([0, 1], 50)
    y_pred = np.where(np.arange(100) % 10 < 5, y, 1 - y)
    groups, units = ["all"] * 100, np.arange(100) // 5
    how = (y, y_pred, groups, 2)
    alone = group_scores.scores_by_group(*how, np.random.default_rng(0))
    together = group_scores.scores_by_group(*how, np.random.default_rng(0), units)
    width = [np.ptp(one["accuracy_interval"].iloc[0]) for one in (alone, together)]
    assert width[1] > 1.5 * width[0]
    assert wilson(50, 100).low < alone["accuracy"].iloc[0] == 0.5
    with pytest.raises(ParameterError, match="do not belong"):
        group_scores.scores_by_group(y, y_pred, ["a"], 2, np.random.default_rng(0))
