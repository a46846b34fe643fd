"""Two-step routing against a plain loop, and what each step loses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.evaluate import classification, hierarchy


def two_steps(seed, n=20, sizes=(3, 1, 5)):
    """Return probabilities of both steps, the partitions and the truth, shuffled."""
    rng = np.random.default_rng(seed)
    partition = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    p_partition = rng.dirichlet(np.ones(len(sizes)), n)
    p_label = rng.random((n, len(partition)))
    for one in range(len(sizes)):
        p_label[:, partition == one] = rng.dirichlet(np.ones(sizes[one]), n)
    return p_partition, p_label, partition, rng.integers(0, len(partition), n)


@st.composite
def cases(draw):
    sizes = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    return two_steps(draw(st.integers(0, 10**6)), draw(st.integers(1, 12)), sizes)


@settings(deadline=None)
@given(cases())
def test_routing_is_that_of_a_plain_loop(case):
    p_partition, p_label, partition, _ = case
    soft, hard = np.zeros(p_label.shape), np.zeros(p_label.shape)
    for row in range(len(p_label)):
        best = max(range(p_partition.shape[1]), key=lambda k: p_partition[row, k])
        for label, home in enumerate(partition):
            soft[row, label] = p_partition[row, home] * p_label[row, label]
            hard[row, label] = p_label[row, label] if home == best else 0
    np.testing.assert_allclose(hierarchy.route_soft(*case[:3]), soft)
    np.testing.assert_allclose(hierarchy.route_hard(*case[:3]), hard)


@settings(deadline=None)
@given(cases(), st.sampled_from([np.float16, np.float32]))
def test_rows_sum_to_1_also_where_networks_round(case, dtype):
    p_partition, p_label = (p.astype(dtype) for p in case[:2])
    for route in (hierarchy.route_soft, hierarchy.route_hard):
        p = route(p_partition, p_label, case[2])
        assert p.dtype == np.float64 and (p >= 0).all()
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=0, atol=1e-12)
        classification.check_probabilities(p)


@settings(deadline=None)
@given(cases())
def test_hard_is_soft_where_step_1_has_no_doubt(case):
    sure = np.eye(case[0].shape[1])[case[0].argmax(axis=1)]
    hard, soft = (
        route(sure, case[1], case[2])
        for route in (hierarchy.route_hard, hierarchy.route_soft)
    )
    np.testing.assert_array_equal(hard, soft)
    np.testing.assert_allclose(hard, hierarchy.route_hard(*case[:3]))


def test_soft_routing_can_overrule_step_1():
    p_partition, partition = np.array([[0.55, 0.45]]), np.array([0, 0, 0, 1])
    p_label = np.array([[0.4, 0.3, 0.3, 1.0]])
    hard, soft = (
        route(p_partition, p_label, partition)
        for route in (hierarchy.route_hard, hierarchy.route_soft)
    )
    assert hard.argmax() == 0 and soft.argmax() == 3
    np.testing.assert_allclose(soft, [[0.22, 0.165, 0.165, 0.45]])


@settings(deadline=None)
@given(cases())
def test_error_budget_adds_up_and_is_the_accuracy_of_hard_routing(case):
    p_partition, p_label, partition, y_true = case
    found = hierarchy.error_budget(y_true, p_partition, p_label, partition)
    n = len(y_true)
    assert found["n"] == n == found["right"] + found["wrong"]
    assert found["wrong"] == found["wrong_step1"] + found["wrong_step2"]
    y_pred = hierarchy.route_hard(p_partition, p_label, partition).argmax(axis=1)
    assert found["right"] == (y_pred == y_true).sum()
    assert found["wrong_step1"] == (partition[y_pred] != partition[y_true]).sum()
    assert found["step1"] + found["step2"] + found["right"] / n == pytest.approx(1)
    sure = np.eye(p_partition.shape[1])[partition[y_true]]
    perfect = hierarchy.error_budget(y_true, sure, p_label, partition)
    assert perfect["wrong_step1"] == 0
    assert perfect["right"] / n == pytest.approx(found["oracle_accuracy"])
    assert found["oracle_accuracy"] >= found["right"] / n


def test_error_budget_known_answer():
    partition = np.array([0, 0, 1, 1])
    p_partition = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    p_label = np.tile([0.7, 0.3, 0.2, 0.8], (4, 1))
    found = hierarchy.error_budget([0, 1, 3, 3], p_partition, p_label, partition)
    assert found == {
        "n": 4,
        "right": 2,
        "wrong": 2,
        "wrong_step1": 1,
        "wrong_step2": 1,
        "step1": 0.25,
        "step2": 0.25,
        "oracle_accuracy": 0.75,
    }


def test_partition_table_of_a_mapping_and_of_a_table_of_pictures():
    labels = ["melanoma", "eczema", "nevus", "psoriasis"]
    homes = ["malignant", "non-neoplastic", "benign", "non-neoplastic"]
    pictures = pd.Series(homes * 2, index=labels * 2)
    pictures["not asked for"] = "another partition"
    mapping = dict(zip(labels, homes, strict=True))
    for given_homes in (mapping, pictures):
        positions, names = hierarchy.partition_table(labels, given_homes)
        assert names == ["benign", "malignant", "non-neoplastic"]
        assert positions.tolist() == [1, 2, 0, 2] and positions.dtype == np.int64


def test_a_label_in_two_partitions_or_none_is_refused():
    pairs = pd.Series(["b", "m", "b"], index=["nevus", "nevus", "wart"])
    with pytest.raises(ParameterError, match="1 labels lie in more.*'nevus'.*'b', 'm'"):
        hierarchy.partition_table(["nevus", "wart"], pairs)
    with pytest.raises(ParameterError, match=r"2 labels have no partition: \['a', 'c'"):
        hierarchy.partition_table(["a", "wart", "c"], {"wart": "b", "c": None})


def broken(what):
    p_partition, p_label, partition, _ = two_steps(0)
    if what == "nan":
        p_label[3, 0] = np.nan
    elif what == "sum":
        p_label[5] *= 0.9
    elif what == "flat":
        p_label /= 3  # sums to 1 over all labels, not within each partition
    elif what == "step 1":
        p_partition[7] *= 2
    elif what == "empty":
        partition = np.where(partition == 1, 0, partition)
        p_label[:] = hierarchy.route_soft(*two_steps(0)[:3])
    elif what == "outside":
        partition = partition + 1
    elif what == "columns":
        p_label = p_label[:, :-1]
    elif what == "rows":
        p_label = p_label[:-1]
    return p_partition, p_label, partition


@pytest.mark.parametrize(
    "what, words",
    [
        ("nan", r"NaN.*p_label of partition \d: y_prob, rows \[3\]"),
        ("sum", r"do not sum to 1.*p_label of partition 0.*rows \[5\]"),
        ("flat", "20 of 20 rows of probabilities do not sum to 1.*p_label"),
        ("step 1", r"do not sum to 1 \[y_prob, rows \[7\]\]"),
        ("empty", r"partitions \[1\] have no label"),
        ("outside", "5 labels lie outside the table of 3"),
        ("columns", r"shape \(20, 8\), not \(20, 9\)"),
        ("rows", r"shape \(19, 9\), not \(20, 9\)"),
    ],
)
def test_45_42_what_are_no_two_steps_is_refused(what, words):
    case = broken(what)
    for route in (hierarchy.route_hard, hierarchy.route_soft):
        with pytest.raises(ParameterError, match=words):
            route(*case)
    with pytest.raises(ParameterError, match=words):
        hierarchy.error_budget(np.zeros(20, int), *case)


def test_45_truths_outside_the_table_are_refused():
    case = two_steps(0)[:3]
    with pytest.raises(ParameterError, match="outside the table of 9"):
        hierarchy.error_budget(np.full(20, 9), *case)
    with pytest.raises(ParameterError, match="20 rows do not belong to 2"):
        hierarchy.error_budget([0, 1], *case)
