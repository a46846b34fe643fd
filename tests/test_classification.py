"""Scores against scikit-learn's own, their bootstrap against a plain loop."""

import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import bootstrap as bootstrap_module
from helpers.evaluate import classification as cls
from helpers.evaluate.intervals import wilson
from helpers.evaluate.label_counts import SCORES


@st.composite
def answers(draw):
    """Return truths, answers and the size of a label table with unused labels."""
    n_labels = draw(st.integers(1, 9))
    codes = st.integers(0, n_labels - 1)
    pairs = draw(st.lists(st.tuples(codes, codes), min_size=1, max_size=60))
    y_true, y_pred = np.array(pairs).T
    return y_true, y_pred, n_labels


def by_scikit_learn(y_true, y_pred):
    """Score plainly, over the labels that the truth holds."""
    present = np.unique(y_true)
    how = {"labels": present, "zero_division": 0}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        y_true, y_pred, average="macro", **how
    )
    with warnings.catch_warnings():  # it complains of answers that are no truths
        warnings.simplefilter("ignore")
        balanced = metrics.balanced_accuracy_score(y_true, y_pred)
    return {
        "n": len(y_true),
        "accuracy": metrics.accuracy_score(y_true, y_pred),
        "balanced_accuracy": balanced,
        "precision_macro": precision,
        "recall_macro": recall,
        "f1_macro": f1,
        "f1_weighted": metrics.f1_score(y_true, y_pred, average="weighted", **how),
    }


def many(n=300, n_labels=8, seed=0, share=0.5):
    rng = np.random.default_rng(seed)
    y_true = rng.choice(n_labels, n, p=rng.dirichlet(np.ones(n_labels)))
    y_pred = np.where(rng.random(n) < share, y_true, rng.integers(0, n_labels, n))
    return y_true, y_pred, n_labels


@settings(deadline=None)
@given(answers())
def test_scores_are_those_of_scikit_learn(given_answers):
    y_true, y_pred, _ = given_answers
    found = cls.scores(*given_answers)
    assert list(found) == ["n", *SCORES] and type(found["n"]) is int
    assert {type(found[key]) for key in SCORES} == {float}
    assert found == pytest.approx(by_scikit_learn(y_true, y_pred))


@settings(deadline=None)
@given(answers(), st.randoms(use_true_random=False))
def test_neither_order_of_pictures_nor_names_of_labels_matter(given_answers, random):
    y_true, y_pred, n_labels = given_answers
    order = random.sample(range(len(y_true)), len(y_true))
    names = np.array(random.sample(range(n_labels + 3), n_labels))
    found = cls.scores(names[y_true[order]], names[y_pred[order]], n_labels + 3)
    assert found == pytest.approx(cls.scores(*given_answers))


@given(answers())
def test_perfect_and_constant_answers(given_answers):
    y_true, _, n_labels = given_answers
    assert {cls.scores(y_true, y_true, n_labels)[key] for key in SCORES} == {1.0}
    found = cls.scores(y_true, np.full_like(y_true, y_true[0]), n_labels)
    n_present, share = len(set(y_true)), (y_true == y_true[0]).mean()
    assert found["accuracy"] == pytest.approx(share)
    assert found["balanced_accuracy"] == pytest.approx(1 / n_present)
    assert found["precision_macro"] == pytest.approx(share / n_present)
    assert found["f1_macro"] == pytest.approx(2 * share / (1 + share) / n_present)


def test_an_answer_that_is_no_truth_costs_recall_and_is_not_averaged():
    found = cls.scores([0, 0, 1, 1], [0, 2, 1, 1], 5)
    assert found["recall_macro"] == 0.75 and found["precision_macro"] == 1.0
    assert found["f1_macro"] == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.parametrize(
    "y_true, y_pred, words",
    [
        ([], [], "row of whole numbers"),
        ([0, 1], [0], "1 rows do not belong to 2 pictures"),
        ([0, 3, 1], [0, 0, 0], r"1 labels lie outside.*is 3 \[y_true, rows \[1\]\]"),
        ([0, 1], [-1, 0], r"is -1 \[y_pred, rows \[0\]\]"),
        ([0.0, np.nan], [0, 0], "whole numbers, not float64"),
        (["nv"], [0], "whole numbers"),
        ([[0, 1]], [0], "shape"),
        (pd.Series([1, None], dtype="Int64"), [0, 1], "whole numbers, not"),
    ],
)
def test_45_labels_outside_the_table_and_other_slips_are_refused(y_true, y_pred, words):
    measures = (
        lambda: cls.scores(y_true, y_pred, 3),
        lambda: cls.confusion(y_true, y_pred, 3),
        lambda: cls.per_label(y_true, y_pred, ["a", "b", "c"]),
        lambda: cls.bootstrap(y_true, y_pred, 3, np.random.default_rng(0)),
    )
    for measure in measures:
        with pytest.raises(ParameterError, match=words):
            measure()


def drawn_plainly(y_true, y_pred, rng, n_draws, groups=None):
    """Draw and score one resample after the other."""
    groups = np.arange(len(y_true)) if groups is None else groups
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    rows = []
    for _ in range(n_draws):
        drawn = rng.integers(0, len(members), len(members))
        rows.append(np.concatenate([members[group] for group in drawn]))
    return pd.DataFrame([by_scikit_learn(y_true[r], y_pred[r]) for r in rows])


@pytest.mark.parametrize("grouped", [False, True])
def test_bootstrap_has_the_law_of_a_loop_over_scikit_learn(grouped):
    y_true, y_pred, n_labels = many(n=80, n_labels=5)
    groups = np.repeat(np.arange(20), [1, 7] * 10) if grouped else None
    rng = np.random.default_rng(1)
    ours = cls.bootstrap(y_true, y_pred, n_labels, rng, 4000, groups)
    plain = drawn_plainly(y_true, y_pred, rng, 400, groups)
    assert list(ours) == list(plain) and len(ours) == 4000
    spread = plain.std()
    error = spread * np.sqrt(1 / 400 + 1 / 4000) + 1e-12
    assert ((ours.mean() - plain.mean()).abs() < 4 * error).all()
    np.testing.assert_allclose(ours.std(), spread, rtol=0.15, atol=1e-12)
    assert (ours["n"].nunique() > 1) == grouped


def test_groups_of_one_picture_are_no_groups_and_relatives_widen_the_interval():
    y_true, y_pred, n_labels = many(n=400)
    groups = np.repeat(np.arange(40), 10)
    together = np.repeat(y_true[::10], 10), np.repeat(y_pred[::10], 10)

    def width(y_true, y_pred, groups):
        rng = np.random.default_rng(0)
        found = cls.scores_with_intervals(y_true, y_pred, n_labels, rng, groups)
        low, high = found["accuracy_interval"]
        assert low <= found["accuracy"] <= high
        return high - low

    alone = width(y_true, y_pred, None)
    assert width(y_true, y_pred, [*map(str, range(400))]) == pytest.approx(alone, 0.1)
    assert width(*together, groups) > 2.5 * width(*together, None)


def test_bootstrap_is_the_same_for_a_seed_and_whatever_the_blocks(monkeypatch):
    given_answers = many()

    def drawn(seed):
        return cls.bootstrap(*given_answers, np.random.default_rng(seed), 50)

    once = drawn(3)
    assert not once.equals(drawn(4))
    monkeypatch.setattr(bootstrap_module, "_VALUES_AT_ONCE", 1000)
    pd.testing.assert_frame_equal(drawn(3), once)


def test_memory_of_the_bootstrap_is_bounded(monkeypatch):
    y_true, y_pred, n_labels = many(n=3000, n_labels=100, share=0.2)
    monkeypatch.setattr(bootstrap_module, "_VALUES_AT_ONCE", 100_000)
    peaks = []
    for n_draws in (200, 2000):
        tracemalloc.start()
        cls.bootstrap(y_true, y_pred, n_labels, np.random.default_rng(0), n_draws)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Ten times the draws: only the table of scores grows (1,800 rows of 7 numbers).
    assert peaks[1] < peaks[0] + 4 * 1800 * 7 * 8
    assert peaks[1] < 10e6 < 2000 * 2500 * 8  # what all draws at once would take


def test_intervals_hold_their_score_and_narrow_with_n():
    widths = []
    for n in (50, 5000):
        found = cls.scores_with_intervals(*many(n=n), np.random.default_rng(0))
        for key in cls.WITH_INTERVALS:
            low, high = found[f"{key}_interval"]
            assert 0 <= low < found[key] < high <= 1
        widths.append(high - low)
    assert widths[1] < widths[0] / 5
    assert set(found) == {"n", *SCORES} | {f"{k}_interval" for k in cls.WITH_INTERVALS}


@pytest.mark.parametrize("answer", [0, 1])
@pytest.mark.parametrize("groups", [None, [7, 7]])
def test_one_sample_one_class_one_group(answer, groups):
    n = 2 if groups else 1
    rng = np.random.default_rng(0)
    found = cls.scores_with_intervals([0] * n, [answer] * n, 2, rng, groups)
    assert found["accuracy"] == found["f1_macro"] == 1 - answer
    assert found["f1_weighted_interval"] == (0.0, 1.0)
    assert cls.scores([0] * 9, [0] * 9, 1)["balanced_accuracy"] == 1.0


def test_groups_that_do_not_fit_and_no_draws_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ParameterError, match="2 rows do not belong to 3"):
        cls.bootstrap([0, 1, 1], [0, 1, 0], 2, rng, groups=["a", "b"])
    with pytest.raises(ParameterError, match=r"no group \[groups, rows \[1\]\]"):
        cls.scores_with_intervals([0, 1], [0, 1], 2, rng, groups=["a", None])
    with pytest.raises(ParameterError, match="0 draws"):
        cls.bootstrap([0, 1], [0, 1], 2, rng, n_draws=0)


@settings(deadline=None, max_examples=50)
@given(answers())
def test_per_label_is_that_of_scikit_learn_and_its_means_the_macro_scores(answered):
    y_true, y_pred, n_labels = answered
    labels = [f"label {k}" for k in range(n_labels)]
    found = cls.per_label(y_true, y_pred, labels)
    present = np.unique(y_true)
    expected = metrics.precision_recall_fscore_support(
        y_true, y_pred, labels=present, zero_division=0
    )
    there = found.iloc[present]
    columns = ["precision", "recall", "f1", "n"]
    np.testing.assert_allclose(there[columns].to_numpy().T, expected)
    assert found.index.tolist() == labels and found["n"].sum() == len(y_true)
    assert found.drop(there.index)["f1"].isna().all()
    whole = cls.scores(*answered)
    for key in columns[:3]:
        assert found[key].mean() == pytest.approx(whole[f"{key}_macro"])
    right = (y_true == y_pred) & (y_true == present[0])
    interval = wilson(int(right.sum()), int((y_true == present[0]).sum()))
    assert there["recall_interval"].iloc[0] == interval


@pytest.mark.filterwarnings("ignore:A single label")
@settings(deadline=None, max_examples=50)
@given(answers())
def test_confusion_is_that_of_scikit_learn(given_answers):
    y_true, y_pred, n_labels = given_answers
    found = cls.confusion(*given_answers)
    expected = metrics.confusion_matrix(y_true, y_pred, labels=range(n_labels))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int64


def test_commonest_confusions_and_largest_labels():
    matrix = np.array([[9, 2, 0], [5, 0, 2], [0, 0, 30]])
    found = cls.commonest_confusions(matrix, ["nv", "mel", "bkl"], n=5)
    expected = [["mel", "nv", 5], ["nv", "mel", 2], ["mel", "bkl", 2]]
    assert found.to_numpy().tolist() == expected
    assert list(found) == ["true", "predicted", "count"]
    assert len(cls.commonest_confusions(matrix, "abc", n=2)) == 2
    assert cls.commonest_confusions(np.eye(3, dtype=int), "abc").empty
    assert cls.largest(matrix, 2).tolist() == [2, 0]
    with pytest.warns(UserWarning, match="3 labels only, so k is 3 and not 9"):
        assert cls.largest(matrix, 9).tolist() == [2, 0, 1]
    with pytest.raises(ParameterError, match="0 labels are too few"):
        cls.largest(matrix, 0)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_accuracy_is_that_of_scikit_learn(k):
    rng = np.random.default_rng(k)
    y_prob, y_true = softmax(rng.standard_normal((200, 6))), rng.integers(0, 6, 200)
    expected = metrics.top_k_accuracy_score(y_true, y_prob, k=k, labels=range(6))
    assert cls.top_k_accuracy(y_true, y_prob, k) == pytest.approx(expected)


def test_top_k_ties_limits_and_slips():
    even, y_true = np.full((4, 4), 0.25), np.arange(4)
    hits = [cls.top_k_accuracy(y_true, even, k) for k in (1, 2, 4)]
    assert hits == [0.25, 0.5, 1.0]  # the first of equals, as argmax takes it
    with pytest.warns(UserWarning, match="4 labels only"):
        assert cls.top_k_accuracy(y_true, even, 5) == 1.0
    with pytest.raises(ParameterError, match="-1 labels"):
        cls.top_k_accuracy(y_true, even, -1)
    with pytest.raises(ParameterError, match="4 rows do not belong to 1"):
        cls.top_k_accuracy([0], even, 1)
    with pytest.raises(ParameterError, match="outside the table of 4"):
        cls.top_k_accuracy([4, 0, 0, 0], even, 1)


@pytest.mark.parametrize(
    "row, words",
    [
        ([np.nan, 1.0], "hold NaN or infinity"),
        ([np.inf, 0.0], "hold NaN or infinity"),
        ([1.5, -0.5], "hold a negative number"),
        ([0.5, 0.4], "do not sum to 1"),
        ([3.0, 2.0], "do not sum to 1"),
    ],
)
def test_45_42_rows_that_are_no_probabilities_are_named(row, words):
    y_prob = np.full((30, 2), 0.5, np.float32)
    y_prob[[4, 17]] = row
    with pytest.raises(ParameterError, match=rf"2 of 30 rows.*{words}.*\[4, 17\]"):
        cls.check_probabilities(y_prob)
    with pytest.raises(ParameterError, match=words):
        cls.top_k_accuracy(np.zeros(30, int), y_prob, 1)


@pytest.mark.parametrize("shape", [(3,), (3, 0), (2, 3, 4)])
def test_45_probabilities_of_another_shape_are_refused(shape):
    with pytest.raises(ParameterError, match="a row per picture"):
        cls.check_probabilities(np.zeros(shape))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_softmax_of_any_precision_is_taken(dtype):
    logits = np.random.default_rng(0).standard_normal((200, 114)) * 4
    assert cls.check_probabilities(softmax(logits).astype(dtype)) is None
