"""Tasks: parts, other labels for the same pictures, and one label table for all."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_task
from PIL import Image

from helpers.base.errors import DataMissingError, ParameterError
from helpers.data import tasks
from helpers.data.splits import PARTS
from helpers.storage import hashes


@pytest.fixture
def task():
    return small_task.task()


def without(task, label, part):
    """Return the task without the pictures of one label in one part."""
    out = task.table["label"].eq(label) & task.table["part"].eq(part)
    rows = np.flatnonzero(~out)
    arrays = {name: array[rows] for name, array in task.arrays.items()}
    table = task.table.iloc[rows].reset_index(drop=True)
    return replace(task, arrays=arrays, table=table, y=task.y[rows])


def check_rows(task, part, column="label"):
    """Check that inputs, codes and table of a part are of the same pictures."""
    arrays, y = task.take(part)
    rows = task.rows(part)
    assert rows["part"].eq(part).all() and list(rows.index) == [*range(len(y))]
    assert [task.labels[code] for code in y] == rows[column].tolist()
    whole = small_task.task()
    places = [int(name.removeprefix("id_")) for name in rows["image_id"]]
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, whole.arrays[name][places])


# Parts


@pytest.mark.parametrize(("part", "n"), [*zip(PARTS, (20, 8, 12), strict=True)])
def test_a_part_has_its_pictures_codes_and_rows(task, part, n):
    assert len(task.take(part)[1]) == n
    assert set(task.take(part)[0]) == {"rgb", "gray"}
    check_rows(task, part)


def test_a_part_without_pictures_is_named_with_the_counts(task):
    all_train = replace(task, table=task.table.assign(part="train"))
    with pytest.raises(ParameterError, match="in the test part.*'train': 40"):
        all_train.take("test")


# Other labels


def test_a_label_absent_from_a_part_keeps_its_code(task):
    lacking = without(task, "eczema", "train")
    assert lacking.labels == small_task.LABELS
    assert set(lacking.take("train")[1]) == {0, 2, 3}
    assert set(lacking.take("test")[1]) == {0, 1, 2, 3}
    for part in PARTS:
        check_rows(lacking, part)
        check_rows(lacking.relabel("partition"), part, "partition")
    some = lacking.only(["eczema", "psoriasis"])
    assert some.labels == ("eczema", "psoriasis")
    assert set(some.take("train")[1]) == {1}
    assert set(some.take("test")[1]) == {0, 1}


def test_relabel_keeps_the_pictures_and_changes_the_label_table(task):
    made = task.relabel("partition")
    assert made.labels == ("-", "benign", "inflammatory")
    assert made.arrays is task.arrays and made.table is task.table
    for part in PARTS:
        check_rows(made, part, "partition")
    back = made.relabel("label")
    assert back.labels == task.labels
    np.testing.assert_array_equal(back.y, task.y)
    assert back.y.dtype == np.int64


def test_only_takes_some_labels_in_the_order_given(task):
    made = task.only(["psoriasis", "acne"])
    assert made.labels == ("psoriasis", "acne") and len(made.y) == 20
    assert made.y.dtype == np.int64
    for part in PARTS:
        check_rows(made, part)
    assert set(made.table["label"]) == {"psoriasis", "acne"}
    assert task.only(["naevus"]).labels == ("naevus",)


@pytest.mark.parametrize(
    ("labels", "message"),
    [(["lupus"], "'lupus'"), ([], "no choice"), (["acne", "acne"], "each once")],
)
def test_no_choice_of_labels_is_refused(task, labels, message):
    with pytest.raises(ParameterError, match=message):
        task.only(labels)


def test_a_column_that_is_not_there_or_has_gaps_is_refused(task):
    with pytest.raises(ParameterError, match="'tone'.*skin_type"):
        task.relabel("tone")
    for gap in (None, float("nan"), pd.NA):
        column = pd.Series(["a", gap] * 20, dtype=object)
        gaps = replace(task, table=task.table.assign(tone=column))
        with pytest.raises(ParameterError, match="20 of 40 pictures have no label"):
            gaps.relabel("tone")


def test_numbers_become_labels(task):
    assert task.relabel("skin_type").labels == ("1", "2", "3", "4")


# From files


@pytest.fixture
def files(tmp_path):
    """Return a folder of twelve pictures, and their table."""
    rows = []
    for i in range(12):
        path = tmp_path / f"{i}.png"
        Image.new("RGB", (20, 12), (20 * i, 90, 200)).save(path)
        label = "naevus" if i % 2 else "acne"
        rows.append((path.name, label, hashes.hash_file(path), PARTS[i // 2 % 3]))
    table = pd.DataFrame(rows, columns=["path", "label", "sha256", "part"])
    return tmp_path, table.assign(group=table["path"])


def made(files, table=None, names=("rgb", "gray")):
    folder, own = files
    table = own if table is None else table
    return tasks.make_task(table, folder.joinpath, names, 8, folder / "store")


def test_a_task_is_made_of_files(files):
    task, problems = made(files)
    assert task.labels == ("acne", "naevus") and not len(problems)
    assert task.y.tolist() == [0, 1] * 6
    assert {name: array.shape for name, array in task.arrays.items()} == dict.fromkeys(
        ("rgb", "gray"), (12, 8, 8, 3)
    )
    assert task.arrays["rgb"][:, 4, 4, 0].tolist() == [20 * i for i in range(12)]


def test_a_broken_picture_is_left_out_and_the_rows_stay_straight(files):
    folder, table = files
    (folder / "3.png").write_bytes(b"no picture")
    task, problems = made(files)
    assert len(problems) == 1 and problems.index.tolist() == [3]
    assert task.table["path"].tolist() == [f"{i}.png" for i in range(12) if i != 3]
    assert task.y.tolist() == [i % 2 for i in range(12) if i != 3]
    assert task.arrays["rgb"][3, 4, 4, 0] == 80  # the fifth picture moved up


def test_a_label_of_one_part_only_is_in_the_label_table(files):
    folder, table = files
    table.loc[0, "label"], table.loc[4, "label"] = "lupus", "warts"
    task, _ = made(files)
    assert task.labels == ("acne", "lupus", "naevus", "warts")
    assert 1 not in task.take("test")[1] and 3 not in task.take("train")[1]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"label": "acne"}, ParameterError, "all 12 pictures have the label 'acne'"),
        ({"part": "train"}, ParameterError, "in the validation part"),
        ({"label": None}, ParameterError, "12 of 12 pictures have no label"),
        ({"path": "gone.png"}, DataMissingError, "none of 12"),
    ],
)
def test_what_makes_no_task_is_refused(files, change, error, message):
    with pytest.raises(error, match=message):
        made(files, files[1].assign(**change))


def test_an_unknown_input_is_refused_before_any_picture_is_read(files):
    with pytest.raises(ParameterError, match="did you mean gray"):
        made(files, names=["grey"])
    assert not (files[0] / "store").exists()
