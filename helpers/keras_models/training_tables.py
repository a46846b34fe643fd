"""Tables about trained models: how large, how far overfitted, what each stage gave."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.keras_models import transfer
from helpers.keras_models.experiments import Outcome
from helpers.keras_models.two_stages import Outcome as TwoStages


def sizes(models: Mapping[str, Outcome | TwoStages]) -> pd.DataFrame:
    """Count the numbers in models.

    Parameters
    ----------
    models : mapping of str to Outcome
        Trained.

    Returns
    -------
    DataFrame
        A row per model (index ``model``): total_parameters, trainable_parameters (in
        the last stage), and how many of these are in the head (missing for a model
        that has no separate one).
    """
    rows = {
        name: {
            "total_parameters": transfer.total_parameters(one.model),
            "trainable_parameters": transfer.trainable_parameters(one.model),
            "in the head": transfer.trainable_parameters(one.head)
            if isinstance(one, TwoStages)
            else pd.NA,
        }
        for name, one in models.items()
    }
    return _frame(rows).astype("Int64")


def gaps(models: Mapping[str, Outcome | TwoStages]) -> pd.DataFrame:
    """Compare accuracy in training and on the validation part.

    Parameters
    ----------
    models : mapping of str to Outcome
        Trained.

    Returns
    -------
    DataFrame
        A row per model: training and validation accuracy in the epoch that is kept,
        their gap, and the widest gap of all epochs. Training accuracy is measured with
        dropout and augmentation at work: the true gaps are wider.
    """
    rows = {}
    for name, one in models.items():
        history, kept = one.trained.history, one.trained.best_epoch - 1
        seen, new = (np.array(history[key]) for key in ("accuracy", "val_accuracy"))
        rows[name] = {
            "training": seen[kept],
            "validation": new[kept],
            "gap": seen[kept] - new[kept],
            "widest gap": (seen - new).max(),
        }
    return _frame(rows)


def stages(models: Mapping[str, TwoStages], y_test: Sequence[int]) -> pd.DataFrame:
    """Compare what models answer after each stage.

    Parameters
    ----------
    models : mapping of str to two_stages.Outcome
        Trained.
    y_test : sequence of int, shape (n,)
        Codes of the test part.

    Returns
    -------
    DataFrame
        A row per model: test accuracy after stage 1 ("frozen") and "at the end", and
        the stage of the epoch that is "kept".
    """
    rows = {}
    for name, one in models.items():
        first, last = (
            float((y_prob["test"].argmax(axis=1) == np.asarray(y_test)).mean())
            for y_prob in (one.y_prob_frozen, one.y_prob)
        )
        names, n_first = list(one.stages), next(iter(one.stages.values()))
        stage = names[one.trained.best_epoch > n_first]
        rows[name] = {"frozen": first, "at the end": last}
        rows[name]["kept"] = stage
    return _frame(rows)


def _frame(rows: Mapping[str, Mapping[str, object]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")
