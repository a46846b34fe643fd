"""Tasks with masks: rows stay straight, and what has no mask is left out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers.base.errors import DataMissingError, ParameterError
from helpers.data import mask_tasks, tasks
from helpers.data.splits import PARTS
from helpers.storage import hashes

N, SIZE_PX = 12, 8


@pytest.fixture
def made(tmp_path):
    """Return a folder and a task of twelve; mask i has i + 1 columns of lesion."""
    rows = []
    for i in range(N):
        picture, mask = tmp_path / f"{i}.png", tmp_path / f"{i}_segmentation.png"
        Image.new("RGB", (20, 12), (20 * i, 90, 200)).save(picture)
        lesion = np.zeros((12, 20), np.uint8)
        lesion[:, : i + 1] = 255
        Image.fromarray(lesion).save(mask)
        label = "naevus" if i % 2 else "acne"
        sha256 = hashes.hash_file(picture)
        rows.append((picture.name, label, sha256, PARTS[i // 2 % 3], mask.name))
    columns = ["path", "label", "sha256", "part", "mask_path"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.assign(group=table["path"], height_px=12, width_px=20)
    store = tmp_path / "store"
    args = table, tmp_path.joinpath, ["rgb"], SIZE_PX, store, "squash"
    return tmp_path, tasks.make_task(*args)[0]


def with_masks(made, task=None, size_px=SIZE_PX):
    folder, own = made
    task = own if task is None else task
    return mask_tasks.make_mask_task(task, folder.joinpath, folder / "store", size_px)


def check_rows(found):
    """Check that pictures, codes, masks and native masks are of the same rows."""
    for part in PARTS:
        arrays, y, masks = found.take(part)
        rows, natives = found.rows(part), found.native(part)
        numbers = [int(name.removesuffix(".png")) for name in rows["path"]]
        assert arrays["rgb"][:, 4, 4, 0].tolist() == [20 * i for i in numbers]
        assert y.tolist() == [i % 2 for i in numbers]
        assert len(masks) == len(natives) == len(numbers)
        for i, mask, native in zip(numbers, masks, natives, strict=True):
            assert native.shape == (12, 20) and native.sum() == 12 * (i + 1)
            assert mask.mean() / 255 == pytest.approx((i + 1) / 20, abs=0.01)


def test_masks_belong_to_their_pictures(made):
    found, problems = with_masks(made)
    assert found.masks.shape == (N, SIZE_PX, SIZE_PX) and problems.empty
    assert found.task is made[1]  # nothing is copied where all have masks
    check_rows(found)


def test_pictures_without_a_mask_are_left_out_and_the_rows_stay_straight(made):
    folder, task = made
    (folder / "3_segmentation.png").unlink()
    (folder / "4_segmentation.png").write_bytes(b"<html>no mask</html>")
    paths = task.table["mask_path"].mask(task.table.index == 7, "")
    task = replace(task, table=task.table.assign(mask_path=paths))
    found, problems = with_masks(made, task)
    assert len(found.masks) == len(found.files) == len(found.task.y) == N - 3
    assert problems.index.tolist() == [3, 4, 7]
    assert problems["kind"].tolist() == ["unreadable", "not a picture", "no mask"]
    assert problems["action"].eq("left out").all()
    assert found.task.labels == task.labels
    check_rows(found)


def test_a_gap_in_the_table_is_no_mask(made):
    table = made[1].table
    gap = table["mask_path"].astype(object).mask(table.index == 7, np.nan)
    found, problems = with_masks(
        made, replace(made[1], table=table.assign(mask_path=gap))
    )
    assert problems["kind"].tolist() == ["no mask"] and len(found.masks) == N - 1


def test_a_mask_that_came_back_is_used(made):
    folder, _ = made
    path = folder / "3_segmentation.png"
    content = path.read_bytes()
    path.unlink()
    assert len(with_masks(made)[0].masks) == N - 1
    path.write_bytes(content)
    assert len(with_masks(made)[0].masks) == N


def test_a_part_without_masks_is_named(made):
    folder, task = made
    for name in task.rows("validation")["mask_path"]:
        (folder / name).unlink()
    with pytest.raises(ParameterError, match="no picture of the validation part"):
        with_masks(made)


def test_a_data_set_without_masks_is_refused(made):
    folder, task = made
    with pytest.raises(ParameterError, match="no column mask_path"):
        with_masks(made, replace(task, table=task.table.drop(columns="mask_path")))
    none = replace(task, table=task.table.assign(mask_path=""))
    with pytest.raises(DataMissingError, match="none of 12 pictures has a mask"):
        with_masks(made, none)


def test_masks_of_another_size_than_the_pictures_are_refused(made):
    with pytest.raises(ParameterError, match="8 x 8 px, but masks of 16 x 16"):
        with_masks(made, size_px=16)
