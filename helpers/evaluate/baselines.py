"""What knowing nothing scores: the row that stands beside every model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.base.errors import TableError


def majority_baseline(labels: Sequence[str] | np.ndarray) -> dict[str, object]:
    """Score the model that always answers the commonest label.

    Parameters
    ----------
    labels : sequence of str, shape (n,)
        True labels.

    Returns
    -------
    dict
        label (the commonest; the first in alphabetical order where several are),
        n, n_classes, accuracy, f1_macro and f1_weighted, each score in [0, 1].

    Raises
    ------
    TableError
        If there is no label, or one is missing: "nan" is no class.

    Notes
    -----
    With ``p`` the share of the commonest of ``k`` labels, its precision is ``p`` and
    its recall 1, so its F1 is ``2p / (1 + p)``; every other label's F1 is 0. Macro F1
    is their mean over ``k`` labels, weighted F1 the mean weighted by their shares.

    Examples
    --------
    >>> majority_baseline(["nv", "nv", "mel"])["f1_macro"]
    0.4
    """
    if n_missing := int(pd.isna(np.asarray(labels, dtype=object)).sum()):
        raise TableError(
            f"{n_missing} labels are missing",
            way_out="leave these rows out, or give them a class of their own",
        )
    values, counts = np.unique(np.asarray(labels, dtype=str), return_counts=True)
    if not len(values):
        raise TableError("there is no label to score", way_out="load some rows first")
    share = float(counts.max() / counts.sum())
    f1 = 2 * share / (1 + share)
    return {
        "label": str(values[counts.argmax()]),
        "n": int(counts.sum()),
        "n_classes": len(values),
        "accuracy": share,
        "f1_macro": f1 / len(values),
        "f1_weighted": share * f1,
    }
