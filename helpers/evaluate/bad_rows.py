"""Vectors that nothing may be computed from."""

import numpy as np

from helpers.base.errors import ParameterError


def refuse_bad_rows(sound: np.ndarray) -> None:
    """Refuse vectors that hold NaN or infinity, and name them.

    Parameters
    ----------
    sound : ndarray of bool, shape (n,)
        Whether all numbers of each vector are finite.

    Raises
    ------
    ParameterError
        If not all are sound.
    """
    if not sound.all():
        rows = np.flatnonzero(~sound)
        raise ParameterError(
            f"{len(rows)} vectors hold NaN or infinity",
            where=f"rows {rows[:10].tolist()}",
            way_out="encode these pictures again; they are never averaged away",
        )
