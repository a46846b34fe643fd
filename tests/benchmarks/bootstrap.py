"""All scores of 1,000 resamples of 2,000 answers of 114 labels, against a loop."""

import warnings
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn import metrics

from helpers.evaluate import classification

N, N_LABELS, N_DRAWS = 2_000, 114, 1_000
N_PLAIN = 100
"""Draws of the plain loop that are timed; the others take as long."""
SHARE_RIGHT, SEED = 0.3, 0


def measure() -> list[dict]:
    """Return one row; both have the same scores, and the same law of resamples."""
    y_true, y_pred = answers()
    found = classification.scores(y_true, y_pred, N_LABELS)
    assert np.allclose(list(found.values()), list(plain(y_true, y_pred).values()))
    seconds = []
    for turn in range(3):
        rng = np.random.default_rng(turn)
        start = perf_counter()
        ours = classification.bootstrap(y_true, y_pred, N_LABELS, rng, N_DRAWS)
        seconds.append(perf_counter() - start)
    start = perf_counter()
    theirs = plain_bootstrap(y_true, y_pred, N_PLAIN)
    plain_seconds = (perf_counter() - start) * N_DRAWS / N_PLAIN
    check_same_law(ours, theirs)
    return [
        {
            "step": f"bootstrap of all scores, {N:,} x {N_LABELS}"
            f" (plain: from {N_PLAIN} draws)",
            "n": N_DRAWS,
            "seconds": float(np.median(seconds)),
            "plain_seconds": plain_seconds,
            "limit_seconds": None,
            "goal": ">= 20 x a loop over scikit-learn",
            "same_answer": True,
        }
    ]


def answers() -> tuple[np.ndarray, np.ndarray]:
    """Return truths and answers of labels of unequal size."""
    rng = np.random.default_rng(SEED)
    shares = rng.dirichlet(np.full(N_LABELS, 2.0))
    y_true = rng.choice(N_LABELS, N, p=shares)
    guesses = rng.integers(0, N_LABELS, N)
    return y_true, np.where(rng.random(N) < SHARE_RIGHT, y_true, guesses)


def plain(y_true: np.ndarray, y_pred: np.ndarray) -> dict[str, float]:
    """Score as scikit-learn's guide does: one call per score or family of scores."""
    labels = np.unique(y_true)
    how = {"labels": labels, "zero_division": 0}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        y_true, y_pred, average="macro", **how
    )
    with warnings.catch_warnings():  # answers that are no truths of this resample
        warnings.simplefilter("ignore")
        balanced = metrics.balanced_accuracy_score(y_true, y_pred)
    return {
        "n": len(y_true),
        "accuracy": metrics.accuracy_score(y_true, y_pred),
        "balanced_accuracy": balanced,
        "precision_macro": precision,
        "recall_macro": recall,
        "f1_macro": f1,
        "f1_weighted": metrics.f1_score(y_true, y_pred, average="weighted", **how),
    }


def plain_bootstrap(y_true, y_pred, n_draws: int) -> pd.DataFrame:
    """Draw and score, one resample after the other."""
    rng = np.random.default_rng(SEED)
    rows = []
    for _ in range(n_draws):
        drawn = rng.integers(0, len(y_true), len(y_true))
        rows.append(plain(y_true[drawn], y_pred[drawn]))
    return pd.DataFrame(rows)


def check_same_law(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """Raise where means differ by more than 5 standard errors, or spreads by much."""
    assert list(ours) == list(theirs)
    spread = theirs.std()
    error = spread * np.sqrt(1 / len(ours) + 1 / len(theirs)) + 1e-12
    assert ((ours.mean() - theirs.mean()).abs() < 5 * error).all()
    # A spread from n draws is right to about 1 / sqrt(2 n).
    off = 5 * np.sqrt(0.5 / len(ours) + 0.5 / len(theirs))
    assert ((ours.std() - spread).abs() <= off * spread + 1e-12).all()
