"""One seed for every random number generator in use, and generators by name."""

import hashlib
import random
import sys

import numpy as np


def seed_everything(seed: int) -> np.random.Generator:
    """Seed Python, NumPy and each framework that is already imported.

    Call it after the imports cell: a framework imported later is not seeded,
    and one the notebook does not use is not imported.

    Parameters
    ----------
    seed : int
        Non-negative seed.

    Returns
    -------
    numpy.random.Generator
        Use this one for new randomness, instead of the global ``np.random``.

    Raises
    ------
    ValueError
        If `seed` is negative.
    """
    if seed < 0:
        raise ValueError(f"seed must be >= 0, got {seed}")
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - scikit-learn and keras still read it
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)  # seeds the CPU and every CUDA device
    if (keras := sys.modules.get("keras")) is not None:
        keras.utils.set_random_seed(seed % 2**32)
    return np.random.default_rng(seed)


def generator_for(seed: int, *names: object) -> np.random.Generator:
    """Return the generator that belongs to `names` under `seed`.

    Work drawn in parallel, or in another order, then stays the same: what belongs to
    one picture depends on its name and not on what was drawn before it.

    Parameters
    ----------
    seed : int
        The run's seed.
    *names : object
        What the generator is for, for example a data set and a picture's id.

    Returns
    -------
    numpy.random.Generator
        Independent of the generators for other names.

    Examples
    --------
    >>> a, b = generator_for(1, "ham10000", 7), generator_for(1, "ham10000", 7)
    >>> bool(a.random() == b.random())
    True
    """
    text = "\x1f".join(map(str, (seed, *names)))
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype="<u4"))
