"""Duplicates: exact and near, on known answers, on the sample's truth, on real data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.evaluate import retrieval
from helpers.features import duplicates, encoders, fingerprints, planting

ENCODER = encoders.get_encoder("colour_texture")
SETS = ["dermnet", "fitzpatrick17k", "ham10000"]


@pytest.fixture(scope="module", params=SETS)
def searched(request, sample_data):
    """Return a sample data set's truth, its fingerprints and its confirmed pairs."""
    truth = pd.read_csv(sample_data / "truth.csv", keep_default_na=False)
    truth = truth[truth["dataset"] == request.param].reset_index(drop=True)
    prints = fingerprints.fingerprints(
        [sample_data / path for path in truth["path"]], ENCODER
    )
    truth = truth.iloc[prints.table.index].reset_index(drop=True)
    candidates = duplicates.candidate_pairs(prints.X, prints.hashes)
    return truth, prints, duplicates.confirm_pairs(candidates, prints.squares)


def test_exact_duplicates_of_the_sample_have_precision_and_recall_1(searched):
    truth, prints, _ = searched
    group = duplicates.exact_groups(prints.table["pixel_hash"])
    found = retrieval.pairs_within(group)
    copies = truth.index[truth["alteration"] == "exact"]
    place = dict(zip(truth["image_id"], truth.index, strict=True))
    originals = [place[name] for name in truth.loc[copies, "duplicate_of"]]
    known = {tuple(sorted(pair)) for pair in zip(copies, originals, strict=True)}
    assert len(known) > 10
    assert set(zip(found["i"], found["j"], strict=True)) == known


def test_near_copies_of_the_sample_have_an_f1_of_at_least_9(searched):
    truth, _, pairs = searched
    original = truth["duplicate_of"].where(
        truth["duplicate_of"] != "", truth["image_id"]
    )
    known = retrieval.pairs_within(original)
    # Another picture of the same lesion is neither a copy nor an error.
    siblings = retrieval.pairs_within(truth["sibling_group"])
    is_copy = retrieval.is_among(pairs, known)
    counted = is_copy | ~retrieval.is_among(pairs, siblings)
    curve = retrieval.precision_recall(
        pairs["match"][counted], is_copy[counted], len(known)
    )
    assert retrieval.choose_threshold(curve, len(known)).f1 >= 0.9


def test_candidates_carry_both_measures_and_no_pair_twice(searched):
    _, prints, pairs = searched
    assert not pairs.duplicated(["i", "j"]).any() and (pairs["i"] < pairs["j"]).all()
    near = pairs["similarity"] >= duplicates.CANDIDATE_SIMILARITY
    like = pairs["distance"] <= duplicates.CANDIDATE_DISTANCE
    assert (near | like).all()
    row = pairs.iloc[0]
    cosine = prints.X[int(row["i"])] @ prints.X[int(row["j"])]
    assert row["similarity"] == pytest.approx(cosine, abs=1e-5)


def test_exact_groups_and_connected_groups_known_answers():
    assert duplicates.exact_groups(["x", "y", "x", "z", "y"]).tolist() == [
        0,
        1,
        0,
        2,
        1,
    ]
    pairs = pd.DataFrame({"i": [0, 1], "j": [1, 4]})
    assert duplicates.group_pairs(5, pairs).tolist() == [0, 0, 1, 2, 0]
    assert duplicates.group_pairs(3, pairs[:0]).tolist() == [0, 1, 2]


def test_a_chain_is_told_from_a_set_of_copies():
    angles = np.radians([0, 20, 40, 90, 91, 92, 180])
    X = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    linked = [(0, 1, 0.95), (1, 2, 0.9), (3, 4, 0.99), (3, 5, 0.97), (4, 5, 0.98)]
    pairs = pd.DataFrame(linked, columns=["i", "j", "match"])
    group = duplicates.group_pairs(7, pairs)
    report = duplicates.chain_report(group, pairs, X).set_index("group")
    assert list(report.index) == [group[0], group[3]]  # the chain first
    chain, copies = report.iloc[0], report.iloc[1]
    assert chain["linked"] == pytest.approx(2 / 3) and copies["linked"] == 1
    assert chain["weakest_link"] == 0.9 and copies["weakest_link"] == 0.97
    assert chain["lowest_similarity"] == pytest.approx(np.cos(np.radians(40)))
    assert (report["n"] == 3).all()


def test_conflicts_name_both_pictures_and_pass_over_what_is_unknown():
    table = pd.DataFrame(
        {
            "image_id": ["a", "b", "c"],
            "label": ["nv", "mel", "nv"],
            "skin_type": pd.Series([1, 2, None], dtype="Int64"),
        }
    )
    pairs = pd.DataFrame({"i": [0, 0, 1], "j": [1, 2, 2], "match": [0.9, 0.8, 0.7]})
    found = duplicates.conflicts(table, pairs, ["label", "skin_type"])
    columns = ["column", "image_id_1", "value_1", "image_id_2", "value_2", "match"]
    assert found[columns].values.tolist() == [
        ["label", "a", "nv", "b", "mel", 0.9],
        ["label", "b", "mel", "c", "nv", 0.7],
        ["skin_type", "a", "1", "b", "2", 0.9],
    ]


@pytest.mark.real_data
def test_copies_planted_in_real_pictures_are_found(real_data):
    folder = real_data / "ham10000"
    table = pd.read_csv(folder / "HAM10000_metadata.csv").iloc[:600]
    paths: list[Path] = [
        folder / "images" / f"{name}.jpg" for name in table["image_id"]
    ]
    planted = planting.plant_copies(paths, 120, seed=1)
    prints = fingerprints.fingerprints([*paths, *planted.files], ENCODER)
    n = len(paths)
    pairs = duplicates.candidate_pairs(prints.X, prints.hashes)
    pairs = duplicates.confirm_pairs(pairs, prints.squares)
    source = planted.table["source"]
    known = pd.DataFrame({"i": source, "j": n + np.arange(len(source))})
    lesion = pd.concat([table["lesion_id"], table["lesion_id"].iloc[source]]).to_numpy()
    is_copy = retrieval.is_among(pairs, known)
    counted = is_copy | (lesion[pairs["i"]] != lesion[pairs["j"]])
    curve = retrieval.precision_recall(
        pairs["match"][counted], is_copy[counted], len(known)
    )
    choice = retrieval.choose_threshold(curve, len(known))
    assert choice.f1 >= 0.95 and 0.5 < choice.threshold < 0.97
