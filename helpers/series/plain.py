"""Numbers of a notebook as plain JSON types."""

import math
import numbers
from typing import Any

import numpy as np

from helpers.base.errors import ParameterError


def to_plain(value: Any, key: str) -> Any:
    """Return `value` as plain JSON types, or name the key that has no JSON word.

    Parameters
    ----------
    value : object
        Numbers, texts, truths, None, or lists and dicts of them, numpy's too.
    key : str
        What to call `value` in an error.

    Returns
    -------
    object
        What `json` writes.

    Raises
    ------
    ParameterError
        If a number is NaN or infinite, or something has no JSON word.

    Examples
    --------
    >>> to_plain({"f1": np.float32(0.5), 3: (1, 2)}, "metrics")
    {'f1': 0.5, '3': [1, 2]}
    """
    if isinstance(value, dict):
        return {str(name): to_plain(v, f"{key}.{name}") for name, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [to_plain(item, f"{key}[{at}]") for at, item in enumerate(value)]
    if value is None or isinstance(value, str | bool | np.bool_):
        return bool(value) if isinstance(value, np.bool_) else value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return float(value)
    raise ParameterError(
        f"metrics hold {value!r}, which is no finite number, text or list",
        where=key,
        way_out="leave the key out, or write None and say why in the notebook",
    )


def nan_to_none(value: Any) -> Any:
    """Return the same with None for numbers that are NaN or infinite.

    For what too few pictures leave unmeasured; a notebook that uses it says so.

    Parameters
    ----------
    value : object
        As for `to_plain`.

    Returns
    -------
    object
        Dicts and lists are new.

    Examples
    --------
    >>> nan_to_none({"auc": float("nan"), "n": (1, 0.5)})
    {'auc': None, 'n': [1, 0.5]}
    """
    if isinstance(value, dict):
        return {name: nan_to_none(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [nan_to_none(one) for one in value]
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return None if is_real and not math.isfinite(value) else value
