"""What is no answer and no probability: refused, never averaged away."""

import numpy as np

from helpers.base.errors import ParameterError

_TOLERANCE = 1e-3
_N_SHOWN = 10


def check_codes(y: np.ndarray, n_labels: int, name: str) -> np.ndarray:
    """Refuse labels that are no positions in the label table.

    Parameters
    ----------
    y : array-like of int, shape (n,)
        One position per picture.
    n_labels : int
        Length of the label table.
    name : str
        What the error shall call `y`.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    ParameterError
        If there is no picture, `y` is no row of whole numbers, or one lies outside the
        table; the error names the rows.
    """
    y = np.asarray(y)
    if y.ndim != 1 or not len(y) or not np.issubdtype(y.dtype, np.integer):
        raise ParameterError(
            f"labels are a row of whole numbers, not {y.dtype} of shape {y.shape}",
            where=name,
            way_out="give each picture the position of its label in the label table",
        )
    outside = np.flatnonzero((y < 0) | (y >= n_labels))
    if len(outside):
        raise ParameterError(
            f"{len(outside)} labels lie outside the table of {n_labels}, the first "
            f"is {y[outside[0]]}",
            where=f"{name}, rows {outside[:_N_SHOWN].tolist()}",
            way_out="use one label table for all parts, made before the split",
        )
    return y.astype(np.int64)


def check_answers(
    y_true: np.ndarray, y_pred: np.ndarray, n_labels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Refuse answers that do not belong to the truths, or to the label table.

    Parameters
    ----------
    y_true, y_pred : array-like of int, shape (n,)
        True and answered labels.
    n_labels : int
        Length of the label table.

    Returns
    -------
    tuple of ndarray of int64, each of shape (n,)
        Both.

    Raises
    ------
    ParameterError
        As `check_codes` and `check_lengths`.
    """
    y_true = check_codes(y_true, n_labels, "y_true")
    y_pred = check_codes(y_pred, n_labels, "y_pred")
    check_lengths(len(y_true), y_pred=len(y_pred))
    return y_true, y_pred


def check_lengths(n: int, **others: int) -> None:
    """Refuse arrays that are not of the same pictures.

    Parameters
    ----------
    n : int
        Pictures.
    **others : int
        Length of each array, by its name.

    Raises
    ------
    ParameterError
        If one differs.
    """
    for name, length in others.items():
        if length != n:
            raise ParameterError(
                f"{length} rows do not belong to {n} pictures",
                where=name,
                way_out="give one row per picture, in the same order",
            )


def check_probabilities(y_prob: np.ndarray) -> None:
    """Refuse what is no probability per label.

    Parameters
    ----------
    y_prob : ndarray of float, shape (n, n_labels)
        One row per picture; rows may miss 1 by .001, which is what half precision does.

    Raises
    ------
    ParameterError
        If it has another shape, holds NaN, infinity or a negative number, or a row
        does not sum to 1; the error names the rows.
    """
    y_prob = np.asarray(y_prob)
    if y_prob.ndim != 2 or not y_prob.shape[1]:
        raise ParameterError(
            f"probabilities have a row per picture, not the shape {y_prob.shape}",
            where="y_prob",
            way_out="give an array of shape (n, n_labels)",
        )
    finite = np.isfinite(y_prob).all(axis=1)
    _refuse_rows(~finite, "hold NaN or infinity", "train again: the model is broken")
    softmax = "the last layer must be a softmax, applied once"
    _refuse_rows((y_prob < 0).any(axis=1), "hold a negative number", softmax)
    sums = y_prob.sum(axis=1, dtype=np.float64)
    _refuse_rows(np.abs(sums - 1) > _TOLERANCE, "do not sum to 1", softmax)


def _refuse_rows(bad: np.ndarray, what: str, way_out: str) -> None:
    if bad.any():
        rows = np.flatnonzero(bad)
        raise ParameterError(
            f"{len(rows)} of {len(bad)} rows of probabilities {what}",
            where=f"y_prob, rows {rows[:_N_SHOWN].tolist()}",
            way_out=way_out,
        )
