"""Predictions on disk: they come back whole, or not at all."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    DataMissingError,
    ParameterError,
    TableError,
    UnsafePathError,
)
from helpers.evaluate import prediction_files as files
from helpers.storage import arrays

LABELS = ["eczema, chronic", "NA", "12", '<b>"nevus"</b>']


def pictures(n=7):
    return pd.DataFrame(
        {
            "image_id": [f"1e{k}" for k in range(n)],
            "path": [f"02_download/images/bild é {k}.jpg" for k in range(n)],
            "label": ["eczema"] * n,
            "group": np.arange(n) // 2,
            "skin_type": pd.array([1, 6, None, 3, None, 2, 4][:n], dtype="Int64"),
            "part": "test",
        },
        index=range(100, 100 + n),
    )


def answers(n=7, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 4, n), rng.dirichlet(np.ones(4), n)


def save(folder, table=None, y_true=None, y_prob=None, **other):
    given_answers = answers()
    settings = {"labels": LABELS, "split_hash": "ab12", "part": "test"} | other
    return files.save_predictions(
        folder,
        "multi_input",
        pictures() if table is None else table,
        given_answers[0] if y_true is None else y_true,
        given_answers[1] if y_prob is None else y_prob,
        **settings,
    )


@pytest.fixture
def saved(tmp_path):
    return save(tmp_path)


def test_predictions_come_back(saved, tmp_path):
    assert saved == tmp_path / "arrays" / "multi_input_test.npy"
    found = files.load_predictions(saved, "ab12", tuple(LABELS))
    y_true, y_prob = answers()
    np.testing.assert_array_equal(found.y_true, y_true)
    np.testing.assert_array_equal(found.y_prob, y_prob.astype(np.float32))
    assert found.y_true.dtype == np.int64 and found.y_prob.dtype == np.float32
    assert (found.labels, found.split_hash) == (LABELS, "ab12")
    assert tuple(found.table) == files.COLUMNS
    table = pictures().reset_index(drop=True)
    for name in ("image_id", "path", "skin_type"):
        pd.testing.assert_series_equal(found.table[name], table[name])
    assert found.table["group"].tolist() == ["0", "0", "1", "1", "2", "2", "3"]
    in_words = found.table[["y_true", "y_pred"]].to_numpy().tolist()
    chosen = zip(y_true, y_prob.argmax(axis=1), strict=True)
    assert in_words == [[LABELS[a], LABELS[b]] for a, b in chosen]
    assert files.load_predictions(saved).labels == LABELS  # asked for nothing


def test_skin_types_may_all_be_unknown(tmp_path):
    table = pictures().assign(skin_type=pd.array([None] * 7, dtype="Int64"))
    found = files.load_predictions(save(tmp_path, table))
    assert found.table["skin_type"].isna().all()
    assert found.table["skin_type"].dtype == "Int64"


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5, unique=True), st.data())
def test_any_label_survives(tmp_path_factory, labels, data):
    codes = data.draw(st.lists(st.integers(0, len(labels) - 1), min_size=1, max_size=7))
    n, folder = len(codes), tmp_path_factory.mktemp("predictions")
    y_prob = np.full((n, len(labels)), 1 / len(labels))
    path = save(folder, pictures(n), codes, y_prob, labels=labels)
    found = files.load_predictions(path, labels=labels)
    assert found.y_true.tolist() == codes and len(found.table) == n


def test_41_other_labels_are_refused_with_the_difference(saved):
    other = [LABELS[0], LABELS[2], LABELS[1], LABELS[3]]
    with pytest.raises(ParameterError, match="order: number 1 is 'NA', not '12'"):
        files.load_predictions(saved, labels=other)
    with pytest.raises(ParameterError, match="4, not 3: 1 unknown"):
        files.load_predictions(saved, labels=LABELS[:3])


def test_33_another_split_is_refused(saved):
    with pytest.raises(ArtefactDamagedError, match="of the split ab12, not cd34"):
        files.load_predictions(saved, split_hash="cd34")


def test_33_every_changed_byte_is_detected(saved):
    header = saved.with_name(saved.name + ".json")
    csv = saved.parents[1] / "tables" / "multi_input_test.csv"
    for path in (saved, header, csv):
        content = path.read_bytes()
        for position in range(0, len(content), 5):
            flipped = bytearray(content)
            flipped[position] ^= 1
            if path == header and _same(flipped, content):
                continue
            path.write_bytes(flipped)
            with pytest.raises(ArtefactDamagedError):
                files.load_predictions(saved)
        path.write_bytes(content)
    assert files.load_predictions(saved)


def _same(flipped, content):
    try:
        return json.loads(flipped) == json.loads(content)
    except ValueError:
        return False


def test_33_files_of_two_savings_do_not_mix(saved, tmp_path):
    other = save(tmp_path / "other", y_true=np.zeros(7, int))
    tables = [
        path.parents[1] / "tables" / f"{path.stem}.csv" for path in (saved, other)
    ]
    shutil.copy(tables[1], tables[0])
    with pytest.raises(ArtefactDamagedError, match="table was changed"):
        files.load_predictions(saved)


def test_29_a_kill_before_the_array_leaves_nothing_that_is_used(saved, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.arrays, "save_array", killed)
    with pytest.raises(KeyboardInterrupt):
        save(saved.parents[1], y_true=np.zeros(7, int))
    with pytest.raises(ArtefactDamagedError, match="table was changed"):
        files.load_predictions(saved)


def test_missing_files_are_told(saved):
    (saved.parents[1] / "tables" / "multi_input_test.csv").unlink()
    with pytest.raises(DataMissingError):
        files.load_predictions(saved)
    saved.unlink()
    with pytest.raises(ArtefactMissingError, match=r"multi_input_test\.npy"):
        files.load_predictions(saved)


def test_an_array_that_is_no_prediction_is_refused(tmp_path):
    path = arrays.save_array(tmp_path / "arrays" / "x_test.npy", np.ones((2, 2)))
    with pytest.raises(ArtefactDamagedError, match="not one of predictions"):
        files.load_predictions(path)


@pytest.mark.parametrize(
    "value, words",
    [(np.nan, "NaN or infinity"), (0.9, "do not sum to 1"), (-1, "negative")],
)
def test_42_45_bad_probabilities_are_neither_saved_nor_loaded(
    tmp_path, monkeypatch, value, words
):
    y_prob = answers()[1]
    y_prob[4, 2] = value
    with pytest.raises(ParameterError, match=rf"{words}.*rows \[4\]"):
        save(tmp_path, y_prob=y_prob)
    assert not any(tmp_path.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(files, "check_probabilities", lambda _: None)
        path = save(tmp_path, y_prob=y_prob)
    with pytest.raises(ArtefactDamagedError, match=rf"{words}.*rows \[4\]"):
        files.load_predictions(path)


@pytest.mark.parametrize(
    "slip, words",
    [
        ({"y_true": [0, 1, 2, 3, 4, 0, 0]}, r"outside the table of 4.*rows \[4\]"),
        ({"y_true": [0, 1]}, "2 rows do not belong to 7 pictures"),
        ({"y_prob": answers(6)[1]}, "6 rows do not belong to 7 pictures"),
        ({"labels": LABELS[:3], "y_true": [0] * 7}, "4 probabilities.*and 3 labels"),
        ({"labels": ["a", "b", "a", "c"]}, "repeats"),
        ({"part": "validation"}, "rows of 'test' would be saved as 'validation'"),
    ],
)
def test_45_what_does_not_belong_together_is_not_saved(tmp_path, slip, words):
    with pytest.raises(ParameterError, match=words):
        save(tmp_path, **slip)
    assert not any(tmp_path.iterdir())


def test_slips_of_names_and_columns_are_told(tmp_path):
    with pytest.raises(TableError, match="no column 'group', 'path'"):
        save(tmp_path, table=pictures().drop(columns=["group", "path"]))
    with pytest.raises(UnsafePathError):
        files.save_predictions(
            tmp_path, "../out", pictures(), *answers(), LABELS, "ab12", "test"
        )
    assert not any(tmp_path.iterdir())


def test_split_hash_depends_on_pictures_labels_and_parts_alone():
    table = pictures()
    once = files.split_hash(table)
    assert len(once) == 64 and once == files.split_hash(table[::-1])
    assert once == files.split_hash(table.assign(group=0).reset_index())
    for name, value in (("image_id", "x"), ("label", "y"), ("part", "train")):
        changed = table.copy()
        changed.loc[103, name] = value
        assert files.split_hash(changed) != once
    assert files.split_hash(table[:-1]) != once
    with pytest.raises(TableError, match="no column 'part'"):
        files.split_hash(table.drop(columns="part"))
