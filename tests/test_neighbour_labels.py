"""Votes of neighbours: those of a plain loop, of scikit-learn, and known answers."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from helpers.evaluate import intervals, neighbour_labels, ranking, voting


def neighbours_of(X, k):
    return NearestNeighbors(n_neighbors=k).fit(X).kneighbors(return_distance=False)


def slow_votes(neighbours, labels, groups, k):
    """Return of each picture its voters' labels, the nearest first."""
    votes = []
    for i, row in enumerate(neighbours):
        free = [
            labels[j]
            for j in row
            if j != i and labels[j] and (not groups[j] or groups[j] != groups[i])
        ]
        votes.append(free[:k])
    return votes


def random_case(seed, n=40, n_classes=3):
    rng = np.random.default_rng(seed)
    neighbours = neighbours_of(rng.standard_normal((n, 2)), 9)
    names = np.array(["", *"abcdef"[:n_classes]], object)
    labels = names[rng.integers(0, n_classes + 1, n)]
    groups = np.array(["", *range(1, 12)], object)[rng.integers(0, 12, n)]
    return neighbours, labels, groups


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 9))
@pytest.mark.filterwarnings("ignore:.*fewer than")
def test_accuracy_is_that_of_a_plain_loop(seed, k):
    neighbours, labels, groups = random_case(seed)
    found = neighbour_labels.knn_accuracy(neighbours, labels, k, groups)
    truth, predicted = [], []
    for label, votes in zip(
        labels, slow_votes(neighbours, labels, groups, k), strict=True
    ):
        if label and votes:
            count = Counter(votes)
            most = max(count.values())
            predicted.append(next(v for v in votes if count[v] == most))
            truth.append(label)
    assert found.n == len(truth)
    assert found.accuracy == pytest.approx(np.mean(np.equal(truth, predicted)))
    balanced = metrics.recall_score(
        truth, predicted, labels=sorted(set(truth)), average="macro"
    )
    assert found.balanced == pytest.approx(balanced)
    assert found.majority == max(Counter(truth).values()) / len(truth)
    assert found.n_unlabelled == (labels == "").sum()
    assert found.n + found.n_unlabelled + found.n_alone == len(labels)
    assert found.interval.low <= found.accuracy <= found.interval.high
    assert found.balanced_interval.low <= balanced <= found.balanced_interval.high


def test_accuracy_is_that_of_scikit_learn_leaving_one_out():
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 120)
    X = rng.standard_normal((120, 3)) + y[:, None]
    expected = []
    for i in range(120):  # two classes and an odd k: no ties
        rest = np.delete(np.arange(120), i)
        model = KNeighborsClassifier(5).fit(X[rest], y[rest])
        expected.append(model.predict(X[[i]])[0] == y[i])
    found = neighbour_labels.knn_accuracy(neighbours_of(X, 8), y, 5)
    assert found.accuracy == np.mean(expected)
    # Without groups it is nearly Wilson's plain interval.
    plain = intervals.wilson(int(np.sum(expected)), 120)
    assert found.interval == pytest.approx(plain, abs=0.002)


def test_the_picture_itself_and_its_copies_have_no_vote():
    rng = np.random.default_rng(0)
    y = np.repeat(rng.integers(0, 4, 200), 2)  # pairs of copies, labels at random
    X = np.repeat(rng.standard_normal((200, 5)), 2, axis=0)
    lesion = np.repeat(np.arange(200), 2)
    near = np.hstack([np.arange(400)[:, None], neighbours_of(X, 6)])
    flattered = neighbour_labels.knn_accuracy(near, y, 1)
    honest = neighbour_labels.knn_accuracy(near, y, 1, lesion)
    assert flattered.accuracy == 1
    assert honest.accuracy < 0.35
    # A lesion is one witness: the interval is wider than that of so many pictures.
    low, high = intervals.wilson(round(honest.accuracy * 400), 400)
    assert honest.interval.high - honest.interval.low > 1.3 * (high - low)


def test_of_equal_votes_the_nearer_wins():
    neighbours = np.array([[1, 2, 3, 4]] + [[0, 2, 3, 4]] * 4)
    labels = ["x", "b", "a", "a", "b"]
    table = neighbour_labels.label_disagreement(neighbours, labels)
    assert table.loc[0, "preferred"] == "b"
    near = neighbours.copy()
    near[0] = [2, 1, 3, 4]
    table = neighbour_labels.label_disagreement(near, labels)
    assert table.loc[0, "preferred"] == "a"


def test_interval_of_one_class_per_group_counts_groups():
    # 10 groups of 10 pictures, each group all right or all wrong: 10 witnesses.
    hits = np.repeat([1.0, 0] * 5, 10)
    groups = np.repeat(np.arange(10), 10)
    found = voting.interval(0.5, (hits - 0.5) / 100, groups)
    assert found == pytest.approx(intervals.wilson(5, 10), abs=0.02)
    spread = voting.interval(0.5, (hits - 0.5) / 100, np.arange(100))
    assert spread == pytest.approx(intervals.wilson(50, 100), abs=0.002)
    sure = voting.interval(1.0, np.zeros(100), groups)
    assert sure == pytest.approx(intervals.wilson(10, 10))


def test_intervals_hold_what_they_promise():
    rng = np.random.default_rng(1)
    held = {"accuracy": 0, "balanced": 0, "auroc": 0}
    for _ in range(300):
        # 60 lesions of 1 to 4 pictures that succeed together, two classes.
        family = np.repeat(np.arange(60), rng.integers(1, 5, 60))
        own = (np.arange(60) % 3 == 0).astype(int)[family]
        chance = np.where(own == 1, 0.6, 0.85)
        hits = (rng.uniform(size=60)[family] < chance).astype(float)
        recalls = np.array([hits[own == c].mean() for c in (0, 1)])
        error = (hits - recalls[own]) / (np.bincount(own)[own] * 2)
        low, high = voting.interval(recalls.mean(), error, family)
        held["balanced"] += low <= 0.725 <= high
        right = (rng.uniform(size=60)[family] < 0.85).astype(float)
        low, high = voting.interval(
            right.mean(), (right - right.mean()) / len(right), family
        )
        held["accuracy"] += low <= 0.85 <= high
        score = rng.standard_normal(100)
        score[:15] += np.sqrt(2)  # normal scores sqrt(2) apart: AUROC is Phi(1)
        low, high = ranking.ranking_quality(score, np.arange(100) < 15).interval
        held["auroc"] += low <= 0.8413 <= high
    assert all(0.91 * 300 <= n <= 0.99 * 300 for n in held.values()), held


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), weighted=st.booleans())
def test_disagreement_is_that_of_a_plain_loop(seed, weighted):
    neighbours, labels, groups = random_case(seed)
    rng = np.random.default_rng(seed)
    similarity = -np.sort(-rng.uniform(0.01, 1, neighbours.shape), axis=1)
    table = neighbour_labels.label_disagreement(
        neighbours, labels, similarity if weighted else None, groups
    )
    for i, row in table.iterrows():
        weight = Counter()
        for j, s in zip(neighbours[i], similarity[i], strict=True):
            if labels[j] and (not groups[j] or groups[j] != groups[i]):
                weight[labels[j]] += s if weighted else 1
        total = sum(weight.values())
        own = weight.pop(labels[i], 0) / total
        assert row["disagreement"] == pytest.approx(1 - own)
        other = max(weight.values(), default=0) / total
        assert row["margin"] == pytest.approx(other - own)
        if other > own + 1e-9:
            assert weight[row["preferred"]] / total == pytest.approx(other)
        elif own > other + 1e-9:
            assert row["preferred"] == row["label"]
    assert table["label"].tolist() == labels[table.index].tolist()
    assert table["margin"].is_monotonic_decreasing


def test_wrong_labels_come_first():
    rng = np.random.default_rng(6)
    y = rng.integers(0, 5, 300)
    X = 4 * np.eye(5)[y] + rng.standard_normal((300, 5))
    wrong = np.arange(300) < 20
    told = np.where(wrong, (y + 1) % 5, y)
    table = neighbour_labels.label_disagreement(neighbours_of(X, 10), told)
    score = table["margin"].reindex(range(300))
    found = ranking.ranking_quality(score, wrong)
    assert found.auroc > 0.97 and found.average_precision > 0.8
    hits = table.loc[table.index < 20]
    assert (hits["preferred"] == y[hits.index]).mean() > 0.9


def test_siblings_are_found_or_not():
    # 0 and 1 are nearest to each other; 2 has its sister 3 second; 4 and 5 never.
    neighbours = np.array([[1, 2], [0, 2], [4, 3], [4, 2], [0, 1], [0, 1], [0, 1]])
    group = ["a", "a", "b", "b", "c", "c", None]
    assert neighbour_labels.sibling_recall(neighbours, group, 1).recall == 2 / 6
    found = neighbour_labels.sibling_recall(neighbours, group, 2)
    assert found.recall == 4 / 6 and found.n == 6
    assert found.interval.low < 4 / 6 < found.interval.high
    itself = np.hstack([np.arange(7)[:, None], neighbours])
    assert neighbour_labels.sibling_recall(itself, group, 1).recall == 2 / 6


def test_a_preparation_keeps_all_or_some_or_none():
    right = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
    same = neighbour_labels.preparation_effect(right, right[:, [1, 0, 2]], 2)
    assert same.mean == 1 and same.n == 4
    assert same.interval == pytest.approx(intervals.wilson(4, 4))
    itself = np.hstack([np.arange(4)[:, None], right])
    assert neighbour_labels.preparation_effect(itself, right, 2).mean == 1
    some = neighbour_labels.preparation_effect(right, right[:, ::-1], 2)
    assert some.mean == 0.5 and 0 < some.interval.low < 0.5 < some.interval.high
    none = neighbour_labels.preparation_effect(right, right[:, ::-1], 1)
    assert none.mean == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n_true=st.integers(1, 29))
def test_ranking_is_that_of_scikit_learn(seed, n_true):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 12, 30) / 4
    truth = rng.permutation(30) < n_true
    found = ranking.ranking_quality(score, truth)
    assert found.auroc == pytest.approx(metrics.roc_auc_score(truth, score))
    expected = metrics.average_precision_score(truth, score)
    assert found.average_precision == pytest.approx(expected)
    assert 0 <= found.interval.low <= found.auroc <= found.interval.high <= 1
    assert found.n_true == n_true and found.n == 30
