"""The majority baseline against scikit-learn's own scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from helpers.base.errors import TableError
from helpers.evaluate import baselines


@given(st.lists(st.sampled_from(["nv", "mel", "bkl", "df"]), min_size=1, max_size=60))
def test_scores_are_those_of_scikit_learn(labels):
    scores = baselines.majority_baseline(labels)
    guess = [scores["label"]] * len(labels)
    assert scores["accuracy"] == pytest.approx(accuracy_score(labels, guess))
    for average in ("macro", "weighted"):
        expected = f1_score(labels, guess, average=average, zero_division=0)
        assert scores[f"f1_{average}"] == pytest.approx(expected)


def test_ties_are_broken_by_name():
    assert baselines.majority_baseline(["b", "a"])["label"] == "a"


def test_published_majority_of_fitzpatrick17k():
    # data-facts of the public table: 12,080 + 2,263 + 2,234 rows, baseline 72.9 %.
    counts = {"non-neoplastic": 12_080, "malignant": 2_263, "benign": 2_234}
    scores = baselines.majority_baseline(np.repeat(list(counts), list(counts.values())))
    assert (scores["label"], scores["n"]) == ("non-neoplastic", 16_577)
    assert round(100 * scores["accuracy"], 1) == 72.9


def test_no_label_is_refused():
    with pytest.raises(TableError, match="no label"):
        baselines.majority_baseline([])


@pytest.mark.parametrize("nothing", [None, np.nan])
def test_a_missing_label_is_no_class(nothing):
    with pytest.raises(TableError, match="2 labels are missing"):
        baselines.majority_baseline([nothing, "nv", nothing])
