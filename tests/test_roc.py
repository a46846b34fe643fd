"""ROC curves and areas: those of scikit-learn, and honest where there is nothing."""

import numpy as np
import pytest
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import roc

LABELS = ["a", "b", "c"]


def answers(n=200, seed=0, decimals=2):
    """Return truths and answers with many ties, and every label in them."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(3, n, p=[0.7, 0.2, 0.1])
    y_prob = rng.dirichlet(np.ones(3), n)
    y_prob[np.arange(n), y_true] += 0.4
    y_prob = np.round(y_prob / y_prob.sum(1, keepdims=True), decimals)
    y_prob[:, 0] = 1 - y_prob[:, 1:].sum(axis=1)
    return y_true, y_prob.clip(0)


def test_curves_and_areas_are_those_of_scikit_learn():
    y_true, y_prob = answers()
    found = roc.curves(y_true, y_prob, LABELS)
    for code, label in enumerate(LABELS):
        x, y, _ = metrics.roc_curve(y_true == code, y_prob[:, code])
        np.testing.assert_array_equal(found[label].false_positive_rate, x)
        np.testing.assert_array_equal(found[label].sensitivity, y)
        wanted = metrics.roc_auc_score(y_true == code, y_prob[:, code])
        assert found[label].auc == pytest.approx(wanted, abs=1e-12)
        low, high = found[label].interval
        assert low < wanted < high
        assert (found[label].n_true, found[label].n) == ((y_true == code).sum(), 200)
    wanted = metrics.roc_auc_score(y_true, y_prob, multi_class="ovr", average="macro")
    assert roc.auc_macro(y_true, y_prob) == pytest.approx(wanted, abs=1e-12)
    table = roc.auc_table(found)
    assert table["auc"].mean() == pytest.approx(wanted, abs=1e-12)
    assert table.index.tolist() == LABELS and table["n"].sum() == 200


def test_a_label_that_is_absent_has_no_area_and_does_not_count():
    y_true, y_prob = answers()
    kept = y_true < 2
    found = roc.curves(y_true[kept], y_prob[kept], LABELS)
    assert np.isnan(found["c"].auc) and not len(found["c"].sensitivity)
    assert tuple(found["c"].interval) == (0, 1)
    wanted = np.mean([found["a"].auc, found["b"].auc])
    assert roc.auc_macro(y_true[kept], y_prob[kept]) == pytest.approx(wanted)


def test_pictures_of_one_label_only_have_no_area():
    y_true, y_prob = np.zeros(4, int), np.full((4, 2), 0.5)
    assert np.isnan(roc.auc_macro(y_true, y_prob))
    assert np.isnan(roc.auc_table(roc.curves(y_true, y_prob, ["a", "b"]))["auc"]).all()


def test_equal_scores_are_chance_and_reversed_ones_zero():
    y_true = np.array([0, 0, 1, 1])
    assert roc.auc_macro(y_true, np.full((4, 2), 0.5)) == 0.5
    right = np.eye(2)[y_true]
    assert roc.auc_macro(y_true, right) == 1
    assert roc.auc_macro(y_true, right[:, ::-1]) == 0


def test_draws_are_scored_as_scikit_learn_scores_the_pictures_drawn(monkeypatch):
    y_true, y_prob = answers(60, seed=3, decimals=1)
    seen = []
    scored = roc._macro_of_draws

    def remember(y_true, y_prob, weights):
        values = scored(y_true, y_prob, weights)
        seen.append((weights, values))
        return values

    monkeypatch.setattr(roc, "_macro_of_draws", remember)
    monkeypatch.setattr(roc, "_VALUES_AT_ONCE", 60 * 7)
    interval = roc.auc_macro_interval(
        y_true, y_prob, np.random.default_rng(0), n_draws=20
    )
    weights, values = (np.concatenate(each) for each in zip(*seen, strict=True))
    assert len(seen) == 3 and weights.shape == (20, 60) and (weights.sum(1) == 60).all()
    for counts, value in zip(weights.astype(int), values, strict=True):
        drawn = np.repeat(np.arange(60), counts)
        there = np.unique(y_true[drawn])
        wanted = [
            metrics.roc_auc_score(y_true[drawn] == code, y_prob[drawn, code])
            for code in there
        ]
        assert value == pytest.approx(np.mean(wanted), abs=1e-12)
    np.testing.assert_allclose(interval, np.quantile(values, [0.025, 0.975]))


def test_pictures_of_one_group_are_drawn_together():
    y_true, y_prob = answers(300, seed=1)
    many = np.repeat(np.arange(300), 4)
    rng = np.random.default_rng
    whole = roc.auc_macro_interval(y_true[many], y_prob[many], rng(0), groups=many)
    loose = roc.auc_macro_interval(y_true[many], y_prob[many], rng(0))
    once = roc.auc_macro_interval(y_true, y_prob, rng(0))
    width = [high - low for low, high in (whole, loose, once)]
    assert width[0] == pytest.approx(width[2], rel=0.15)
    assert width[1] == pytest.approx(width[2] / 2, rel=0.25)


def test_of_one_group_nothing_is_known():
    y_true, y_prob = answers(10)
    rng = np.random.default_rng(0)
    assert tuple(roc.auc_macro_interval(y_true, y_prob, rng, groups=["x"] * 10)) == (
        0,
        1,
    )


@pytest.mark.parametrize(
    ("y_true", "y_prob", "said"),
    [
        ([0, 1], [[0.5, 0.5]] * 3, "do not belong"),
        ([0, 2], [[0.5, 0.5]] * 2, "outside the table"),
        ([0, 1], [[0.5, 0.6]] * 2, "do not sum to 1"),
        ([0, 1], [[np.nan, 0.6]] * 2, "NaN"),
        ([0, 1], [[0.2, 0.3, 0.5]] * 2, "for 2 labels"),
        ([], np.empty((0, 2)), "row of whole numbers"),
    ],
)
def test_what_cannot_be_ranked_is_refused(y_true, y_prob, said):
    with pytest.raises(ParameterError, match=said):
        roc.curves(np.array(y_true), np.array(y_prob), ["a", "b"])


def test_no_draw_is_refused():
    with pytest.raises(ParameterError, match="0 draws"):
        roc.auc_macro_interval(*answers(9), np.random.default_rng(0), n_draws=0)
