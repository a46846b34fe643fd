"""Splits: nothing crosses, shares are kept, and a random split leaks as measured."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.data import groups, split_report, splits

FRACTIONS = [(0.6, 0.2, 0.2), (0.7, 0.15, 0.15), (0.75, 0.125, 0.125)]


def table_of(seed, n_groups, n_labels, skin=False):
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 1, 1, 2, 3, 6], n_groups)
    weights = rng.dirichlet(np.ones(n_labels))
    label = rng.choice(n_labels, n_groups, p=weights)
    # Two labels at least: one class only is refused, and tested elsewhere.
    label[:2] = [0, 1]
    frame = pd.DataFrame({"group": np.arange(n_groups), "label": label})
    frame = frame.loc[frame.index.repeat(sizes)].reset_index(drop=True)
    frame["label"] = "label " + frame["label"].astype(str)
    frame["skin"] = rng.choice(["1-2", "3-4", "5-6", "unknown"], len(frame))
    frame["image_id"] = [f"picture {i}" for i in range(len(frame))]
    return frame


def assert_sound(table, part, fractions):
    assert part.index.equals(table.index)
    assert set(part) <= set(splits.PARTS)
    assert part.groupby(table["group"]).nunique().max() == 1
    n_groups = table.groupby("label")["group"].nunique()
    missing = splits.missing_labels(table["label"], part)
    assert all(n_groups[label] < 3 for label in missing)
    for label, parts in missing.items():
        assert "train" not in parts and len(parts) == 3 - n_groups[label]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_groups=st.integers(6, 300),
    n_labels=st.integers(2, 12),
    fractions=st.sampled_from(FRACTIONS),
)
def test_no_group_crosses_and_every_label_is_everywhere(
    seed, n_groups, n_labels, fractions
):
    table = table_of(seed, n_groups, n_labels)
    # Two groups that need not be in training, for the two other parts.
    assume(n_groups - table["label"].nunique() >= 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = splits.grouped_split(table, fractions, seed, stratify=("label", "skin"))
    assert_sound(table, part, fractions)


@pytest.mark.parametrize("fractions", FRACTIONS)
@pytest.mark.parametrize("seed", [0, 1, 42])
def test_large_classes_keep_their_share_within_a_point(fractions, seed):
    table = table_of(seed, 3_000, 8)
    part = splits.grouped_split(table, fractions, seed, stratify=("label", "skin"))
    assert split_report.max_class_share_gap(table, part, "label") <= 0.01
    assert split_report.max_class_share_gap(table, part, "skin") <= 0.01
    sizes = part.value_counts(normalize=True)[list(splits.PARTS)]
    assert np.allclose(sizes, fractions, atol=0.005)


def test_the_same_seed_gives_the_same_split_whatever_the_order_of_rows():
    table = table_of(3, 200, 4)
    part = splits.grouped_split(table, seed=5)
    shuffled = table.sample(frac=1, random_state=0)
    assert splits.grouped_split(shuffled, seed=5)[table.index].equals(part)
    assert not splits.grouped_split(table, seed=6).equals(part)


def test_validation_may_be_left_out():
    table = table_of(3, 200, 4)
    part = splits.grouped_split(table, (0.8, 0, 0.2))
    assert set(part) == {"train", "test"}


def test_random_split_has_the_sizes_asked_for_and_lets_groups_cross():
    table = table_of(1, 500, 3)
    part = splits.random_split(table, (0.5, 0.25, 0.25))
    n = len(table)
    assert abs((part == "train").sum() - n / 2) <= 1
    assert abs((part == "test").sum() - n / 4) <= 1
    assert (part.groupby(table["group"]).nunique() > 1).any()


def test_sibling_share_known_answer():
    part = pd.Series(["train", "test", "test", "validation", "test", "test"])
    group = pd.Series(["a", "a", "b", "b", "c", "a"])
    assert split_report.sibling_share(part, group) == 0.5


def test_class_shares_known_answer():
    table = pd.DataFrame({"label": ["a"] * 3 + ["b"]})
    part = pd.Series(["train", "train", "test", "test"])
    shares = split_report.class_shares(table, part, "label")
    assert shares.loc["a"].to_dict() == pytest.approx(
        {"n": 3, "whole": 0.75, "train": 1.0, "test": 0.5, "gap": 0.25}
    )
    assert split_report.max_class_share_gap(table, part, "label") == 0.25


def test_report_has_the_keys_of_metrics_json_and_counts_what_crosses():
    table = table_of(2, 300, 5)
    part = splits.grouped_split(table, seed=2)
    report = split_report.split_report(table, part, FRACTIONS[0], seed=2)
    assert report["train"] + report["validation"] + report["test"] == len(table)
    assert report["groups_crossing"] == 0
    assert report["max_class_share_gap"] <= 0.05
    assert 0.2 < report["random_split_sibling_share"] < 0.9
    crossed = splits.random_split(table)
    crossing = split_report.split_report(table, crossed, FRACTIONS[0])
    assert crossing["groups_crossing"] > 50
    assert crossing["split_hash"] != report["split_hash"]


def test_split_hash_looks_at_content_and_not_at_order():
    ids, part = pd.Series(["a", "b", "c"]), pd.Series(["train", "test", "train"])
    same = split_report.split_hash(ids[::-1], part[::-1])
    assert split_report.split_hash(ids, part) == same
    assert split_report.split_hash(ids, part[::-1].replace("test", "train")) != same


def test_skin_type_ranges():
    skin = pd.Series([1, 2, 3, 4, 5, 6, None, -1], dtype="Int64")
    expected = ["1-2"] * 2 + ["3-4"] * 2 + ["5-6"] * 2 + ["unknown"] * 2
    assert splits.skin_type_range(skin).tolist() == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1))
def test_merged_groups_are_the_finest_that_hold_both_groupings(rows):
    a, b = zip(*rows, strict=True)
    merged = groups.merge_groups(a, b)
    # Slow and sure: repeat "same a or same b gets the smaller number" to the end.
    number = list(range(len(rows)))
    for _ in rows:
        for x in range(len(rows)):
            for y in range(len(rows)):
                if a[x] == a[y] or b[x] == b[y]:
                    number[x] = number[y] = min(number[x], number[y])
    assert merged.tolist() == pd.factorize(np.array(number))[0].tolist()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))))
def test_groups_of_pairs_are_those_of_walking_from_each(n, pairs):
    pairs = [(i % n, j % n) for i, j in pairs]
    i, j = np.array(pairs, np.int64).reshape(-1, 2).T
    found = groups.groups_of_pairs(n, i, j)
    for start in range(n):
        reached = {start}
        for _ in range(n):
            reached |= {b for a, b in pairs if a in reached}
            reached |= {a for a, b in pairs if b in reached}
        assert set(np.flatnonzero(found == found[start])) == reached


@pytest.fixture(scope="module")
def real_tables(real_data):
    ham = pd.read_csv(real_data / "ham10000" / "HAM10000_metadata.csv")
    ham = ham.rename(columns={"dx": "label", "lesion_id": "group"})
    fitz = pd.read_csv(real_data / "fitzpatrick17k" / "fitzpatrick17k.csv")
    fitz = fitz.rename(columns={"md5hash": "image_id"})
    fitz["skin"] = splits.skin_type_range(fitz["fitzpatrick_scale"])
    # A fifth of the pictures in near-duplicate groups, as CleanPatrick counts.
    rng = np.random.default_rng(0)
    fitz["group"] = np.arange(len(fitz))
    some = rng.choice(len(fitz), len(fitz) // 5, replace=False)
    fitz.loc[some, "group"] = rng.choice(some, len(some))
    alone = fitz.assign(group=np.arange(len(fitz)))
    both = ["label", "skin"]
    return {"ham10000": (ham, ["label"]), "fitz": (fitz, both), "alone": (alone, both)}


@pytest.mark.real_data
@pytest.mark.parametrize("fractions", FRACTIONS)
@pytest.mark.parametrize("name", ["ham10000", "fitz", "alone"])
def test_real_tables_are_split_within_a_point(real_tables, name, fractions):
    table, stratify = real_tables[name]
    for seed in (1, 2, 42):
        part = splits.grouped_split(table, fractions, seed, stratify=stratify)
        assert part.groupby(table["group"]).nunique().max() == 1
        assert splits.missing_labels(table["label"], part) == {}
        for column in stratify:
            gap = split_report.max_class_share_gap(table, part, column)
            assert gap <= 0.01


@pytest.mark.real_data
def test_a_random_split_of_ham10000_leaks_as_the_facts_say(real_tables):
    table, _ = real_tables["ham10000"]
    share = split_report.random_sibling_share(table, (0.8, 0, 0.2))
    # 38.8 % on all 10,015 pictures; these are 7,993 of them, whole lesions only.
    assert share == pytest.approx(0.388, abs=0.015)
