"""Deal groups of pictures to parts so that every class keeps its share in each."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

TRAIN, VALIDATION, TEST = 0, 1, 2


def deal(
    counts: sparse.csr_array,
    fractions: Sequence[float],
    rng: np.random.Generator,
    in_every_part: np.ndarray,
) -> np.ndarray:
    """Give each group to one part, class by class in the parts' proportions.

    Iterative stratification [1]_ for groups: after one group of every class has been
    set aside for each part, the others go, large before small, to the part where they
    lower ``sum((n - wanted)**2 / wanted)`` over their classes the most. The many
    groups of one picture come last and even out what the large ones left askew, so
    that no later swapping is needed.

    Parameters
    ----------
    counts : csr_array of int, shape (n_groups, n_classes)
        Pictures of each class in each group.
    fractions : sequence of float, length 3
        Share of training, validation and test; sums to 1. A part with 0 stays empty.
    rng : numpy.random.Generator
        Orders groups of equal size.
    in_every_part : ndarray of bool, shape (n_classes,)
        The classes that must appear in each part as far as their groups allow.

    Returns
    -------
    ndarray of int8, shape (n_groups,)
        0 training, 1 validation, 2 test.

    References
    ----------
    .. [1] Sechidis, Tsoumakas & Vlahavas (2011). On the stratification of multi-label
       data. ECML PKDD, LNCS 6913, 145-158.
    """
    wanted = np.outer(fractions, counts.sum(axis=0))
    have = np.zeros_like(wanted)
    part = np.full(counts.shape[0], -1, dtype=np.int8)
    sizes = np.asarray(counts.sum(axis=1)).ravel()
    order = rng.permutation(counts.shape[0])

    small_first = order[np.argsort(sizes[order], kind="stable")]
    _set_aside(counts, small_first, fractions, in_every_part, part)
    for p in range(len(fractions)):
        have[p] = counts[part == p].sum(axis=0)
    large_first = order[np.argsort(-sizes[order], kind="stable")]
    _deal_rest(counts, large_first, have, wanted, part)
    return part


def _set_aside(counts, small_first, fractions, in_every_part, part) -> None:
    """Give each part its one group of every class, rare classes first."""
    columns = counts.tocsc()
    place = np.empty(len(part), dtype=np.int64)
    place[small_first] = np.arange(len(part))
    n_groups = np.diff(columns.indptr)
    n_in = [0] * len(fractions)
    for c in np.argsort(n_groups, kind="stable"):
        if not in_every_part[c]:
            continue
        rows = columns.indices[columns.indptr[c] : columns.indptr[c + 1]]
        rows = rows[np.argsort(place[rows])]
        taken = set(part[rows].tolist())
        free = iter(rows[part[rows] < 0])
        # Training first: a class of one group cannot be tested. The emptier of the
        # others next, so that classes of two groups do not leave one of them empty.
        others = sorted((TEST, VALIDATION), key=lambda p: n_in[p])
        for p in (TRAIN, *others):
            if fractions[p] > 0 and p not in taken:
                if (g := next(free, None)) is None:
                    break
                part[g] = p
                n_in[p] += 1


def _deal_rest(counts, large_first, have, wanted, part) -> None:
    """Put every group that is left where the misfit grows least (or shrinks most)."""
    # Plain lists: with four classes to a group NumPy's calls would cost ten times more.
    n, target = have.tolist(), wanted.tolist()
    # A class wanted less than once in a part must not outweigh all the others.
    weight = (1 / np.maximum(wanted, 1)).tolist()
    open_parts = [p for p in range(len(n)) if max(target[p]) > 0]
    starts = counts.indptr.tolist()
    classes, numbers = counts.indices.tolist(), counts.data.tolist()
    for g in large_first.tolist():
        if part[g] >= 0:
            continue
        entries = range(starts[g], starts[g + 1])
        best, best_change = -1, float("inf")
        for p in open_parts:
            change = 0.0
            for e in entries:
                c, k = classes[e], numbers[e]
                change += k * (2 * (n[p][c] - target[p][c]) + k) * weight[p][c]
            if change < best_change:
                best, best_change = p, change
        part[g] = best
        for e in entries:
            n[best][classes[e]] += numbers[e]
