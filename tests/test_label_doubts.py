"""Doubted labels: the same as the single steps, and planted mistakes come first."""

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ParameterError
from helpers.features import label_doubts


@pytest.fixture
def made():
    """Return three plain groups of vectors, their table, and two wrong labels."""
    rng = np.random.default_rng(0)
    kinds = np.arange(90) % 3
    X = np.eye(3)[kinds] + rng.normal(scale=0.05, size=(90, 3))
    wrong = np.isin(np.arange(90), [4, 50])
    labels = np.array(["a", "b", "c"])[(kinds + wrong) % 3]
    names = [f"picture {row}" for row in range(90)]
    table = pd.DataFrame({"image_id": names, "label": labels, "group": ""})
    return X, table, wrong


def test_planted_wrong_labels_come_first(made):
    X, table, wrong = made
    doubtful = label_doubts.doubtful_labels(X, table)
    assert set(doubtful["image_id"][:2]) == {"picture 4", "picture 50"}
    right = np.array(["a", "b", "c"])[[4 % 3, 50 % 3]]
    assert doubtful.loc[[4, 50], "preferred"].tolist() == right.tolist()
    doubt = label_doubts.doubt_scores(doubtful, 90)
    assert doubt.between(0, 1).all() and doubt[4] > 0.9 > 0.2 > doubt[5]
    quality = label_doubts.doubt_quality(doubt, pd.Series(wrong))
    assert quality.auroc == 1 and quality.n_true == 2


def test_who_has_no_label_has_no_doubt_and_comes_last(made):
    X, table, wrong = made
    table.loc[[0, 7], "label"] = ""
    doubtful = label_doubts.doubtful_labels(X, table)
    assert len(doubtful) == 88
    doubt = label_doubts.doubt_scores(doubtful, 90)
    assert np.flatnonzero(doubt.isna()).tolist() == [0, 7]
    assert label_doubts.doubt_quality(doubt, pd.Series(wrong)).auroc == 1


def test_relatives_have_no_vote(made):
    X, table, _ = made
    table["group"] = np.where(table["label"] == "a", "one lesion", "")
    doubtful = label_doubts.doubtful_labels(X, table)
    own = doubtful[(doubtful["label"] == "a")]
    assert (own["preferred"] != "a").all() and (own["disagreement"] == 1).all()


def test_few_pictures_have_fewer_neighbours_and_nan_is_refused(made):
    X, table, _ = made
    assert (label_doubts.doubtful_labels(X[:5], table[:5])["n_votes"] <= 4).all()
    X[3] = np.nan
    with pytest.raises(ParameterError, match="rows"):
        label_doubts.doubtful_labels(X, table)
