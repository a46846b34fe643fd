"""The leak experiment: parts that differ in siblings alone, differences by seed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.base.errors import ParameterError
from helpers.evaluate import leaks


def lesions(sizes, labels):
    """Return a table with a lesion of each size and label."""
    rows = [
        (f"lesion {number}", label)
        for number, (size, label) in enumerate(zip(sizes, labels, strict=True))
        for _ in range(size)
    ]
    return pd.DataFrame(rows, columns=["group", "label"])


def many(seed=0, n=300):
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 2, 3, 5], n, p=[0.6, 0.25, 0.1, 0.05])
    table = lesions(sizes, rng.choice(list("abc"), n, p=[0.7, 0.2, 0.1]))
    return table.sample(frac=1, random_state=seed).reset_index(drop=True)


def check(table, rows):
    """Check what must hold of every experiment."""
    parts = [rows.test, rows.siblings, rows.fillers, rows.base]
    every = np.concatenate(parts)
    assert len(set(every)) == len(every) == len(table)  # each row once
    assert all((np.diff(part) > 0).all() for part in parts)
    groups, labels = table["group"].to_numpy(), table["label"]
    tested = set(groups[rows.test])
    assert len(tested) == len(rows.test)  # one picture each
    assert set(groups[rows.siblings]) == tested
    assert not tested & set(groups[rows.without_siblings])
    trained = [labels[part].value_counts().to_dict() for part in parts[1:3]]
    assert trained[0] == trained[1]
    assert len(rows.with_siblings) == len(rows.without_siblings)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.5, 1.0]))
def test_both_trainings_have_as_many_pictures_of_each_label(seed, share):
    table = many(seed)
    rows = leaks.leak_rows(table, np.random.default_rng(seed), share)
    check(table, rows)


def test_half_the_lesions_of_each_label_with_a_second_picture_are_tested():
    table = many()
    rows = leaks.leak_rows(table, np.random.default_rng(0))
    size = table.groupby("group")["label"].transform("size")
    several = table[size > 1].drop_duplicates("group")["label"].value_counts()
    tested = table["label"][rows.test].value_counts()
    assert tested.to_dict() == np.ceil(several / 2).astype(int).to_dict()


def test_the_same_generator_gives_the_same_rows_and_another_others():
    table = many()
    one, same, other = (
        leaks.leak_rows(table, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    for left, right in zip(one, same, strict=True):
        np.testing.assert_array_equal(left, right)
    assert not np.array_equal(one.test, other.test)


def test_siblings_that_cannot_be_matched_are_not_tested():
    # b has lesions with siblings, and no other picture to put in their place.
    table = lesions([2] * 40 + [9], ["a"] * 40 + ["b"])
    rows = leaks.leak_rows(table, np.random.default_rng(0))
    check(table, rows)
    assert set(table["label"][rows.test]) == {"a"} and len(rows.test) == 20
    assert (table["label"][rows.base] == "b").sum() == 9


def test_a_lesion_with_pictures_of_two_labels_is_matched_label_by_label():
    table = many()
    table.loc[table["group"].duplicated(), "label"] = "c"
    check(table, leaks.leak_rows(table, np.random.default_rng(3)))


@pytest.mark.parametrize(
    ("sizes", "said"),
    [([1] * 50, "0 lesions"), ([2] * 12 + [1] * 30, "6 lesions"), ([50], "0 lesions")],
)
def test_too_few_lesions_are_refused_with_the_number_needed(sizes, said):
    with pytest.raises(ParameterError, match=f"{said}.*at least 10"):
        leaks.leak_rows(lesions(sizes, ["a"] * len(sizes)), np.random.default_rng(0))


@pytest.mark.parametrize("empty", ["", None, np.nan])
def test_tables_that_do_not_say_what_belongs_together_are_refused(empty):
    table, rng = many(), np.random.default_rng(0)
    for column in ("group", "label"):
        with pytest.raises(ParameterError, match=f"have no {column}"):
            leaks.leak_rows(table.drop(columns=column), rng)
        gaps = table.assign(**{column: table[column].where(table.index != 3, empty)})
        with pytest.raises(ParameterError, match=f"1 of {len(table)} .*no {column}"):
            leaks.leak_rows(gaps, rng)


@pytest.mark.parametrize("share", [0, -0.1, 1.1, np.nan])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(ParameterError, match="no share"):
        leaks.leak_rows(many(), np.random.default_rng(0), share)


def test_the_difference_is_that_of_a_paired_t_test():
    with_, without = [0.80, 0.83, 0.79, 0.84], [0.78, 0.77, 0.78, 0.80]
    found = leaks.paired_seeds(with_, without)
    wanted = stats.ttest_rel(with_, without).confidence_interval(0.95)
    np.testing.assert_allclose(found.interval, wanted)
    assert found.difference == pytest.approx(0.0325) and found.n_seeds == 4
    assert found.with_mean - found.without_mean == pytest.approx(found.difference)


@pytest.mark.parametrize(
    ("with_", "without", "said"),
    [
        ([0.8], [0.7], "two at least"),
        ([0.8, 0.9], [0.7], "same seeds"),
        ([0.8, np.nan], [0.7, 0.7], "no number"),
        ([], [], "two at least"),
    ],
)
def test_seeds_that_make_no_pairs_are_refused(with_, without, said):
    with pytest.raises(ParameterError, match=said):
        leaks.paired_seeds(with_, without)
