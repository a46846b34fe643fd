"""DermNet: class folders become labels."""

import pytest
from small_data import make_dermnet, write

from helpers.base.errors import DataMissingError, TableError
from helpers.data import catalogue, dermnet_classes

ECZEMA, NAIL = "Eczema Photos", "Nail Fungus and other Nail Disease"


def test_23_classes_with_distinct_plain_names():
    classes = dermnet_classes.CLASSES
    assert len(classes) == 23 == len({*map(dermnet_classes.plain_name, classes)})
    assert list(classes) == sorted(classes)


def test_rows_are_the_pictures_of_the_class_folders(tmp_path):
    make_dermnet(tmp_path, {ECZEMA: ["b.jpg", "a.JPG", "notes.txt", ".hidden.jpg"]})
    make_dermnet(tmp_path, {NAIL: ["a.JPG"]})
    table = catalogue.load("dermnet", tmp_path).table
    assert list(table["image_id"]) == [
        f"{ECZEMA}/a.JPG",
        f"{ECZEMA}/b.jpg",
        f"{NAIL}/a.JPG",
    ]
    assert list(table["label"]) == [ECZEMA, ECZEMA, NAIL]
    assert table["path"][2] == f"dermnet/train/{NAIL}/a.JPG"
    assert (table["group"] == table["image_id"]).all()
    assert table["skin_type"].isna().all()


def test_train_directly_in_the_data_folder_is_read(tmp_path):
    write(tmp_path / "train" / ECZEMA / "1.jpg")
    table = catalogue.load("dermnet", tmp_path).table
    assert list(table["path"]) == [f"train/{ECZEMA}/1.jpg"]


def test_test_part_is_not_read(tmp_path):
    make_dermnet(tmp_path, {ECZEMA: ["1.jpg"]})
    write(tmp_path / "dermnet" / "test" / ECZEMA / "2.jpg")
    assert len(catalogue.load("dermnet", tmp_path).table) == 1


def test_dermnet_orgs_own_spelling_is_known(tmp_path):
    make_dermnet(tmp_path, {"Eczema": ["1.jpg"], "Vasculitis": ["1.jpg"]})
    assert set(catalogue.load("dermnet", tmp_path).table["label"]) == {
        "Eczema",
        "Vasculitis",
    }


def test_unknown_class_folder_is_refused_by_name(tmp_path):
    make_dermnet(tmp_path, {ECZEMA: ["1.jpg"], "Ekzema": ["1.jpg"]})
    with pytest.raises(TableError, match="Ekzema"):
        catalogue.load("dermnet", tmp_path)


def test_class_without_pictures_is_recorded(tmp_path):
    make_dermnet(tmp_path, {ECZEMA: ["1.jpg"], NAIL: []})
    problems = catalogue.load("dermnet", tmp_path).problems
    assert list(problems["kind"]) == ["class without pictures"]
    assert list(problems["file"]) == [f"dermnet/train/{NAIL}"]


def test_folders_without_any_picture_are_refused(tmp_path):
    make_dermnet(tmp_path, {ECZEMA: []})
    with pytest.raises(DataMissingError, match="no pictures"):
        catalogue.load("dermnet", tmp_path)
    (tmp_path / "dermnet" / "train" / ECZEMA).rmdir()
    with pytest.raises(DataMissingError, match="no pictures"):
        catalogue.load("dermnet", tmp_path)
