"""Pictures sorted into folders by part, partition and label, as links."""

import os

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.base.errors import TableError, UnsafePathError
from helpers.data import folders


def pictures(tmp_path, n=4):
    source = tmp_path / "data"
    (source / "images").mkdir(parents=True)
    for number in range(n):
        (source / "images" / f"{number}.jpg").write_bytes(bytes([number]) * 10)
    table = pd.DataFrame(
        {
            "image_id": [str(number) for number in range(n)],
            "path": [f"images/{number}.jpg" for number in range(n)],
            "part": ["train", "train", "validation", "test"][:n],
            "three_partition_label": ["benign", "malignant", "benign", "benign"][:n],
            "label": ["a/b", "c", "a/b", "d"][:n],
        }
    )
    return source, table


def test_pictures_are_linked_not_copied(tmp_path):
    source, table = pictures(tmp_path)
    counts = folders.link_into_folders(table, source, tmp_path / "sorted")
    assert (counts["hard link"], counts["copy"], counts["missing"]) == (4, 0, 0)
    link = tmp_path / "sorted" / "train" / "benign" / "a_b" / "0.jpg"
    assert link.samefile(source / "images" / "0.jpg")


def test_a_second_time_nothing_changes_and_what_moved_is_moved(tmp_path):
    source, table = pictures(tmp_path)
    target = tmp_path / "sorted"
    folders.link_into_folders(table, source, target)
    again = folders.link_into_folders(table, source, target)
    assert (again["kept"], again["hard link"], again["removed"]) == (4, 0, 0)
    table.loc[3, "part"] = "train"
    moved = folders.link_into_folders(table.iloc[1:], source, target)
    assert (moved["kept"], moved["hard link"], moved["removed"]) == (2, 1, 2)
    assert not (target / "test" / "benign").exists()
    assert (source / "images" / "0.jpg").exists()


def test_a_picture_that_was_replaced_is_linked_anew(tmp_path):
    source, table = pictures(tmp_path, 1)
    target = tmp_path / "sorted"
    folders.link_into_folders(table, source, target)
    picture = source / "images" / "0.jpg"
    picture.unlink()
    picture.write_bytes(b"another")
    assert folders.link_into_folders(table, source, target)["removed"] == 1
    link = target / "train" / "benign" / "a_b" / "0.jpg"
    assert link.read_bytes() == b"another"


@pytest.mark.parametrize("kind", ["symbolic link", "copy"])
def test_without_hard_links_there_are_other_ways(tmp_path, monkeypatch, kind):
    def fail(*_args, **_options):
        raise OSError("not here")

    source, table = pictures(tmp_path)
    monkeypatch.setattr(os, "link", fail)
    if kind == "copy":
        monkeypatch.setattr("pathlib.Path.symlink_to", fail)
    counts = folders.link_into_folders(table, source, tmp_path / "sorted")
    assert counts[kind] == 4
    again = folders.link_into_folders(table, source, tmp_path / "sorted")
    assert again["kept"] == 4
    link = tmp_path / "sorted" / "test" / "benign" / "d" / "3.jpg"
    assert link.read_bytes() == b"\3" * 10


def test_rows_without_a_picture_are_passed_over_or_counted(tmp_path):
    source, table = pictures(tmp_path)
    table.loc[0, "path"] = ""
    (source / "images" / "1.jpg").unlink()
    counts = folders.link_into_folders(table, source, tmp_path / "sorted")
    assert (counts["hard link"], counts["missing"]) == (2, 1)


def test_tables_that_do_not_fit_are_refused(tmp_path):
    source, table = pictures(tmp_path)
    target = tmp_path / "sorted"
    with pytest.raises(TableError, match="lacks part"):
        folders.link_into_folders(table.drop(columns="part"), source, target)
    with pytest.raises(TableError, match="unknown parts"):
        folders.link_into_folders(table.assign(part="dev"), source, target)
    same = table.assign(label=["a/b", "A_b", "c", "d"])
    with pytest.raises(TableError, match="share a folder"):
        folders.link_into_folders(same, source, target)
    with pytest.raises(UnsafePathError):
        folders.link_into_folders(table.assign(path="../x.jpg"), source, target)
    assert not target.exists()


@given(st.text(max_size=200))
def test_every_label_becomes_one_name_inside_the_folder(label):
    name = folders.folder_name(label)
    assert 0 < len(name) <= 81
    assert not set(name) & set('<>:"/\\|?*\0\n')
    assert not name.startswith(".") and not name.endswith((".", " "))
    assert name.upper() not in {"CON", "NUL", "COM1", "AUX"}
