"""Comparing models, and what they have to beat, against scikit-learn."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

from helpers.base.errors import ParameterError
from helpers.evaluate import classification, comparison

N_LABELS = 3


def drawn(n=60, seed=0):
    """Return embeddings that tell labels apart a little, codes and parts."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, N_LABELS, n)
    X = rng.normal(size=(n, 5)) * [1, 10, 0.1, 1, 1] + 0.9 * np.eye(N_LABELS, 5)[y]
    return X, y, np.array(["train", "train", "validation", "test"] * (n // 4))


def answers(n, seed):
    return np.random.default_rng(seed).dirichlet(np.ones(N_LABELS), n)


# Compare


@pytest.mark.parametrize("grouped", [False, True])
def test_each_row_is_what_scores_with_intervals_says(grouped):
    _, y, _ = drawn()
    groups = np.arange(len(y)) // 3 if grouped else None
    models = {"first": answers(len(y), 1), "second": answers(len(y), 2)}
    rng = np.random.default_rng(7)
    found = comparison.compare(y, models, N_LABELS, rng, groups)
    assert list(found.index) == list(models) and found.index.name == "model"
    assert found["n"].dtype.kind == "i" and found["accuracy"].dtype.kind == "f"
    rng = np.random.default_rng(7)
    for name, y_prob in models.items():
        expected = classification.scores_with_intervals(
            y, y_prob.argmax(axis=1), N_LABELS, rng, groups
        )
        assert found.loc[name].to_dict() == expected


def test_groups_make_intervals_wider():
    y = np.repeat(np.arange(N_LABELS), 20)
    y_prob = np.eye(N_LABELS)[np.where(np.arange(60) // 10 % 2, y, (y + 1) % N_LABELS)]
    widths = []
    for groups in (None, np.arange(60) // 10):
        rng = np.random.default_rng(0)
        found = comparison.compare(y, {"m": y_prob}, N_LABELS, rng, groups)
        low, high = found.loc["m", "accuracy_interval"]
        widths.append(high - low)
    assert widths[1] > 2 * widths[0]


@pytest.mark.parametrize(
    ("y_prob", "message"),
    [
        (answers(4, 0) * 2, "do not sum to 1"),
        (np.full((4, N_LABELS), np.nan), "NaN"),
        (np.full((4, 2), 0.5), "'m' answers for 2 labels, not 3"),
        (np.full((4, 5), 0.2), "'m' answers for 5 labels, not 3"),
        (answers(3, 0), "do not belong to"),
    ],
)
def test_answers_of_another_kind_are_refused(y_prob, message):
    rng = np.random.default_rng(0)
    with pytest.raises(ParameterError, match=message):
        comparison.compare(np.array([0, 1, 2, 0]), {"m": y_prob}, N_LABELS, rng)


# Baselines


def test_majority_answers_are_those_of_scikit_learn():
    y = np.array([2, 0, 2, 2, 0, 1])
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((6, 1)), y)
    found = comparison.majority_answers(y, 4, N_LABELS)
    np.testing.assert_allclose(found, dummy.predict_proba(np.zeros((4, 1))))
    classification.check_probabilities(found)
    assert comparison.majority_answers(y, 1, 5)[0, 3:].tolist() == [0, 0]


@pytest.mark.parametrize("y", [np.array([], dtype=np.int64), np.array([0, 3])])
def test_majority_of_nothing_or_of_other_labels_is_refused(y):
    with pytest.raises(ParameterError):
        comparison.majority_answers(y, 2, N_LABELS)


def by_hand(X, y, part):
    """Return strength and answers of the best classifier on validation."""
    train, validation = part == "train", part == "validation"
    Z = StandardScaler().fit(X[train]).transform(X)
    best = (-1.0, None, None)
    for strength in comparison.STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=2000).fit(Z[train], y[train])
        true, said = y[validation], model.predict(Z[validation])
        labels = np.unique(true)
        score = f1_score(true, said, labels=labels, average="macro", zero_division=0)
        if score > best[0]:
            best = score, strength, model.predict_proba(Z)
    return best[1:]


def test_the_linear_baseline_is_scikit_learns():
    strengths = set()
    for seed in range(6):
        X, y, part = drawn(seed=seed)
        found = comparison.linear_baseline(X, y, part, N_LABELS)
        strength, y_prob = by_hand(X, y, part)
        assert found.strength == strength
        np.testing.assert_allclose(found.y_prob, y_prob, atol=1e-6)
        strengths.add(strength)
    assert len(strengths) > 1  # else nothing was chosen


def test_the_test_part_decides_nothing():
    X, y, part = drawn()
    before = comparison.linear_baseline(X, y, part, N_LABELS)
    test = part == "test"
    X[test], y[test] = 100.0, 0
    after = comparison.linear_baseline(X, y, part, N_LABELS)
    assert after.strength == before.strength
    np.testing.assert_array_equal(after.y_prob[~test], before.y_prob[~test])


def test_a_label_without_training_pictures_gets_nothing():
    X, y, part = drawn()
    y[(part == "train") & (y == 1)] = 2
    found = comparison.linear_baseline(X, y, part, N_LABELS)
    assert found.y_prob.shape == (60, N_LABELS) and not found.y_prob[:, 1].any()
    classification.check_probabilities(found.y_prob)
    train = part == "train"
    Z = StandardScaler().fit(X[train]).transform(X)
    model = LogisticRegression(C=found.strength, max_iter=2000).fit(Z[train], y[train])
    np.testing.assert_allclose(
        found.y_prob[:, [0, 2]], model.predict_proba(Z), atol=1e-6
    )


def change(**what):
    """Return the arguments of the baseline with some replaced."""
    X, y, part = drawn()
    return {"X": X, "y": y, "part": part, "n_labels": N_LABELS} | what


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (change(y=np.zeros(60, int)), "1 labels in training"),
        (change(part=["train", "test"] * 30), "0 validation"),
        (change(part=["validation", "test"] * 30), "0 labels in training"),
        (change(X=np.full((60, 5), np.nan)), "NaN"),
        (change(X=drawn()[0][:-1]), "60 rows do not belong to 59"),
        (change(y=drawn()[1][:-1]), "59 rows do not belong to 60"),
        (change(part=drawn()[2][:-1]), "59 rows do not belong to 60"),
        (change(n_labels=2), "outside the table of 2"),
    ],
)
def test_what_makes_no_classifier_is_refused(wrong, message):
    with pytest.raises(ParameterError, match=message):
        comparison.linear_baseline(**wrong)
