"""Two steps: name the partition first, then the label within it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import (
    check_codes,
    check_lengths,
    check_probabilities,
)

_N_SHOWN = 10


def partition_table(
    labels: Sequence[str], partition_of: Mapping[str, str] | pd.Series
) -> tuple[np.ndarray, list[str]]:
    """Say which partition each label belongs to.

    Parameters
    ----------
    labels : sequence of str
        The label table.
    partition_of : mapping of str to str, or Series
        Label -> partition. A Series (indexed by label) may repeat labels, as a table of
        pictures does.

    Returns
    -------
    positions : ndarray of int64, shape (n_labels,)
        Of each label's partition in `names`.
    names : list of str
        The partitions of `labels`, sorted.

    Raises
    ------
    ParameterError
        If a label has no partition, or two: the error names them.

    Examples
    --------
    >>> positions, names = partition_table(["nv", "mel"], {"nv": "b", "mel": "m"})
    >>> positions.tolist(), names
    ([0, 1], ['b', 'm'])
    """
    pairs = pd.Series(partition_of, dtype=object).dropna()
    pairs = pairs[pairs.index.isin(labels)]
    found = pairs.groupby(level=0).unique().to_dict()
    if missing := [label for label in labels if label not in found]:
        raise ParameterError(
            f"{len(missing)} labels have no partition: {missing[:_N_SHOWN]}",
            where="partition_of",
            way_out="give each label of the table a partition",
        )
    if twice := {
        label: sorted(map(str, p)) for label, p in found.items() if len(p) > 1
    }:
        raise ParameterError(
            f"{len(twice)} labels lie in more than one partition: {twice}",
            where="partition_of",
            way_out="give each label one partition: step 2 has one model per partition",
        )
    names, positions = np.unique(
        [str(found[label][0]) for label in labels], return_inverse=True
    )
    return positions, names.tolist()


def route_hard(
    p_partition: np.ndarray, p_label: np.ndarray, partition: np.ndarray
) -> np.ndarray:
    """Let step 1 decide: only labels of the likeliest partition remain.

    Parameters
    ----------
    p_partition : ndarray of float, shape (n, n_partitions)
        Step 1: P(partition), each row summing to 1.
    p_label : ndarray of float, shape (n, n_labels)
        Step 2: P(label | its partition), so that in each row the columns of every
        partition sum to 1.
    partition : ndarray of int, shape (n_labels,)
        Partition of each label, as `partition_table` returns it.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        P(label), each row summing to 1; 0 outside the partition. Of partitions equally
        likely the first is taken.

    Raises
    ------
    ParameterError
        If the shapes do not belong together, a partition has no label, or the numbers
        are no such probabilities; the error names the rows.
    """
    p_label = _checked(p_partition, p_label, partition)
    chosen = np.argmax(p_partition, axis=1)
    return np.where(chosen[:, None] == partition, p_label, 0.0)


def route_soft(
    p_partition: np.ndarray, p_label: np.ndarray, partition: np.ndarray
) -> np.ndarray:
    """Let step 1 have a say: every partition counts as much as it is likely.

    ``P(label) = P(its partition) P(label | its partition)``: the sum over partitions,
    of which only a label's own gives it anything.

    Parameters
    ----------
    p_partition, p_label, partition
        As for `route_hard`.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        P(label), each row summing to 1. `route_hard` where step 1 has no doubt.

    Raises
    ------
    ParameterError
        As `route_hard`.
    """
    p_label = _checked(p_partition, p_label, partition)
    p_partition = np.asarray(p_partition, dtype=np.float64)
    sums = p_partition.sum(axis=1, keepdims=True)
    return p_label * (p_partition / sums)[:, partition]


def error_budget(
    y_true: np.ndarray,
    p_partition: np.ndarray,
    p_label: np.ndarray,
    partition: np.ndarray,
) -> dict[str, float]:
    """Say which step of hard routing loses how much.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        True labels, as positions in the label table.
    p_partition, p_label, partition
        As for `route_hard`.

    Returns
    -------
    dict
        n, right and wrong; wrong_step1 (the partition is wrong already) and wrong_step2
        (the partition is right, the label is not), which sum to wrong; step1 and step2,
        the same as shares of n; oracle_accuracy, of step 2 alone: what would be right
        if step 1 never erred.

    Raises
    ------
    ParameterError
        As `route_hard`, or if there is no picture or a label outside the table.
    """
    p_label = _checked(p_partition, p_label, partition)
    y_true = check_codes(y_true, p_label.shape[1], "y_true")
    check_lengths(len(y_true), p_label=len(p_label))
    true_partition = np.asarray(partition)[y_true]
    right_step1 = np.argmax(p_partition, axis=1) == true_partition
    # Nothing outside its partition can win: 0 is less than any partition's best label.
    within = np.where(true_partition[:, None] == partition, p_label, 0.0)
    right_step2 = np.argmax(within, axis=1) == y_true
    n = len(y_true)
    wrong_step1 = int((~right_step1).sum())
    wrong_step2 = int((right_step1 & ~right_step2).sum())
    return {
        "n": n,
        "right": n - wrong_step1 - wrong_step2,
        "wrong": wrong_step1 + wrong_step2,
        "wrong_step1": wrong_step1,
        "wrong_step2": wrong_step2,
        "step1": wrong_step1 / n,
        "step2": wrong_step2 / n,
        "oracle_accuracy": float(right_step2.mean()),
    }


def _checked(p_partition, p_label, partition) -> np.ndarray:
    """Return `p_label` summing to 1 within each partition, exactly; or refuse it."""
    p_label = np.asarray(p_label, dtype=np.float64)
    check_probabilities(p_partition)
    n, n_partitions = np.shape(p_partition)
    partition = check_codes(partition, n_partitions, "partition")
    if p_label.shape != (n, len(partition)):
        raise ParameterError(
            f"step 2 has the shape {p_label.shape}, not {(n, len(partition))}",
            where="p_label",
            way_out="give a row per picture of step 1 and a column per label",
        )
    if empty := sorted(set(range(n_partitions)) - set(partition.tolist())):
        raise ParameterError(
            f"partitions {empty} have no label: what step 1 gives them would be lost",
            where="partition",
            way_out="train step 1 on partitions that have labels",
        )
    for one in range(n_partitions):
        try:
            check_probabilities(p_label[:, partition == one])
        except ParameterError as error:
            where = f"p_label of partition {one}: {error.where}"
            raise ParameterError(error.what, where, error.way_out) from error
    members = partition[:, None] == np.arange(n_partitions)
    return p_label / (p_label @ members)[:, partition]
