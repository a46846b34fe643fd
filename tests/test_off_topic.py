"""Off topic: planted pictures are found by colour and company, skin is left alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.data.sample.painting import off_topic as drawing
from helpers.data.sample.painting import skin
from helpers.features import encoders, off_topic
from helpers.images import decode


def slow_scores(X, share, k):
    """Score picture by picture, as the docstring of `off_topic_scores` says."""
    X = X / np.linalg.norm(X, axis=1)[:, None]
    distance = 1 - X @ X.T
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1, kind="stable")[:, :k]
    usual = np.quantile(np.take_along_axis(distance, near, 1), 0.75)
    scores = []
    for i in range(len(X)):
        weights = [np.exp(-((distance[i, j] / usual) ** 4)) for j in near[i]]
        m = np.mean([w * share[j] for w, j in zip(weights, near[i], strict=True)])
        scores.append(1 - (share[i] + 5 * m) / (2 + 5 * np.mean(weights)))
    return np.array(scores)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(60, 120), k=st.integers(1, 3))
def test_scores_are_those_of_a_plain_loop(seed, n, k):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 6)) * rng.uniform(0.1, 10, (n, 1))
    share = rng.uniform(0, 1, n)
    scores = off_topic.off_topic_scores(X, share, k)
    assert np.allclose(scores, slow_scores(X, share, k), atol=1e-4)
    assert scores.min() >= 0 and scores.max() <= 1
    order = rng.permutation(n)
    again = off_topic.off_topic_scores(X[order], share[order], k)
    assert np.allclose(again, scores[order], atol=1e-6)


@pytest.mark.parametrize("skin_type", range(1, 7))
def test_skin_of_all_types_is_skin(skin_type):
    rng = np.random.default_rng(skin_type)
    for _ in range(4):
        patch = skin.skin_patch(rng, skin_type, 60, 80)
        assert off_topic.skin_share(np.uint8(np.round(patch * 255))) > 0.9


@pytest.mark.parametrize("kind", drawing.OFF_TOPIC_KINDS)
def test_what_is_no_skin_has_little_of_its_colour(kind):
    rng = np.random.default_rng(0)
    for _ in range(4):
        rgb = np.clip(drawing._DRAWINGS[kind](rng, 120, 160), 0, 1)
        assert off_topic.skin_share(np.uint8(np.round(rgb * 255))) < 0.45


def test_hair_and_black_corners_do_not_count_against_skin():
    rgb = np.full((60, 60, 3), (200, 150, 130), np.uint8)
    rgb[:, :45] = (35, 30, 28)
    assert off_topic.skin_share(rgb) > 0.9
    rgb[:, :59] = (35, 30, 28)  # hardly anything is lit: no more than it is
    assert off_topic.skin_share(rgb) < 0.5
    assert off_topic.skin_share(np.zeros((1, 1, 3), np.uint8)) == 0
    gray = np.random.default_rng(0).integers(0, 256, (50, 40, 1), np.uint8)
    assert off_topic.skin_share(np.repeat(gray, 3, axis=2)) == 0


def crowd(rng, centre, n):
    return centre + 0.1 * rng.standard_normal((n, 8))


def test_company_saves_a_gray_hand_and_convicts_a_cluster():
    rng = np.random.default_rng(3)
    X = np.vstack([crowd(rng, np.eye(8)[0], 300), crowd(rng, np.eye(8)[1], 40)])
    share = np.r_[np.full(300, 0.9), np.full(40, 0.1)]
    share[0] = 0  # the gray hand among hands
    X = np.vstack([X, np.eye(8)[5], -np.eye(8)[6]])
    share = np.r_[share, 0.95, 0.1]  # two that stand alone: with skin, and without
    flags = off_topic.flag(off_topic.off_topic_scores(X, share))
    assert not flags[:300].any()
    assert flags[300:340].all()
    assert flags[340:].tolist() == [False, True]


def test_a_cluster_is_named_only_if_its_interval_says_so():
    labels = np.r_[np.zeros(100, int), np.ones(12, int), [2, 2], [-1] * 4]
    flags = np.r_[np.zeros(98, bool), [True] * 2, np.ones(12, bool), [True] * 2]
    flags = np.r_[flags, [True, False, False, False]]
    found = off_topic.contaminated_clusters(labels, flags * 0.9, flags)
    assert found["cluster"].tolist() == [1, 2, -1, 0]
    assert found["n"].tolist() == [12, 2, 4, 100]
    assert found["flagged_share"].tolist() == [1, 1, 0.25, 0.02]
    assert found["verdict"].tolist() == (
        ["off topic", "undecided", "undecided", "on topic"]
    )
    assert found["mean_score"].tolist() == pytest.approx([0.9, 0.9, 0.225, 0.018])
    nothing = off_topic.contaminated_clusters(labels[:0], flags[:0], flags[:0])
    assert nothing.empty and list(nothing) == list(found)


@pytest.fixture(scope="module")
def data_sets(sample_data):
    truth = pd.read_csv(sample_data / "truth.csv", keep_default_na=False)
    truth = truth[truth["duplicate_of"] == ""]
    encoder = encoders.get_encoder("colour_texture")
    found = {}
    for name, some in truth.groupby("dataset"):
        pictures = [decode.decode(sample_data / path) for path in some["path"]]
        X = encoder.encode(np.stack([encoder.prepare(rgb) for rgb in pictures]))
        share = np.array([off_topic.skin_share(rgb) for rgb in pictures])
        found[name] = X, share, some["off_topic"].astype(str).to_numpy() == "True"
    return found


@pytest.mark.parametrize("name", ["dermnet", "fitzpatrick17k", "ham10000"])
def test_planted_pictures_are_found(data_sets, name):
    X, share, planted = data_sets[name]
    flags = off_topic.flag(off_topic.off_topic_scores(X, share))
    assert flags[planted].mean() >= 0.9
    assert planted[flags].mean() >= 0.8
    # Without them next to nothing is flagged.
    clean = off_topic.off_topic_scores(X[~planted], share[~planted])
    assert off_topic.flag(clean).sum() <= 3


@pytest.mark.parametrize("name", ["dermnet", "fitzpatrick17k", "ham10000"])
def test_forty_of_four_hundred_are_found(data_sets, name):
    X, share, planted = data_sets[name]
    rng = np.random.default_rng(8)
    encoder = encoders.get_encoder("colour_texture")
    fresh = [drawing.draw_off_topic(rng, 120, 160)[0] for _ in range(30)]
    X = np.vstack([X, encoder.encode(np.stack([encoder.prepare(p) for p in fresh]))])
    share = np.r_[share, [off_topic.skin_share(p) for p in fresh]]
    planted = np.r_[planted, np.ones(30, bool)]
    flags = off_topic.flag(off_topic.off_topic_scores(X, share))
    assert flags[planted].mean() >= 0.9
    assert planted[flags].mean() >= 0.9
    labels = np.where(planted, 1, 0)
    verdict = off_topic.contaminated_clusters(labels, share, flags)
    assert verdict["verdict"].tolist() == ["off topic", "on topic"]


def test_small_data_sets_have_smaller_company(data_sets):
    X, share, planted = data_sets["dermnet"]
    some = np.r_[np.flatnonzero(~planted)[:60], np.flatnonzero(planted)]
    with pytest.warns(UserWarning, match="3 neighbours taken instead of 15"):
        scores = off_topic.off_topic_scores(X[some], share[some])
    flags = off_topic.flag(scores)
    assert flags[planted[some]].mean() >= 0.8 and flags[~planted[some]].sum() <= 1


@pytest.mark.filterwarnings("ignore:.*neighbours taken")
def test_few_pictures_and_equal_ones():
    assert len(off_topic.off_topic_scores(np.empty((0, 3)), np.empty(0))) == 0
    assert off_topic.off_topic_scores(np.ones((1, 3)), [1.0]) == pytest.approx(0.5)
    two = off_topic.off_topic_scores(np.ones((2, 3)), [1.0, 0.0])
    assert two == pytest.approx([1 - 1 / 7, 1 - 5 / 7])
    equal = off_topic.off_topic_scores(np.ones((400, 3)), np.ones(400))
    assert equal == pytest.approx(1 / 7)


@pytest.mark.filterwarnings("ignore:.*neighbours taken")
def test_zero_vectors_are_judged_by_colour_alone():
    rng = np.random.default_rng(0)
    X = rng.uniform(0.5, 1, (100, 4))
    X[3] = X[4] = 0
    with pytest.warns(UserWarning, match="2 vectors are zero"):
        scores = off_topic.off_topic_scores(X, np.r_[np.zeros(4), np.ones(96)])
    assert scores[[3, 4]].tolist() == [1, 0.5]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.1, 1.1])
def test_bad_shares_are_refused_with_their_rows(bad):
    with pytest.raises(ParameterError, match=r"1 pictures.*rows \[2\]"):
        off_topic.off_topic_scores(np.ones((4, 2)), [0, 0, bad, 0], 1)


def test_bad_vectors_counts_and_scores_are_refused():
    X = np.ones((4, 2))
    X[1, 0] = np.nan
    with pytest.raises(ParameterError, match=r"rows \[1\]"):
        off_topic.off_topic_scores(X, np.zeros(4), 1)
    for shape, n, k in ((4, 3, 1), ((4, 2), 4, 0), ((4, 2), 3, 1)):
        with pytest.raises(ParameterError):
            off_topic.off_topic_scores(np.ones(shape), np.zeros(n), k)
    with pytest.raises(ParameterError, match="NaN"):
        off_topic.flag([0.1, np.nan])
    with pytest.raises(ParameterError, match="differ in length"):
        off_topic.contaminated_clusters([0], [0.1, 0.2], [True, False])


def test_a_data_set_with_red_and_blue_exchanged_is_told():
    with pytest.warns(UserWarning, match="red and blue exchanged"):
        assert off_topic.flag(np.full(10, 0.99)).all()
