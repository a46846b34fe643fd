"""Fault rows 1 to 4 and 8 to 12: bad data folders, tables and masks, by their row."""

import os
import sys
import unicodedata

import cv2
import numpy as np
import pytest
from small_data import (
    FITZ_HEADER,
    FITZ_ROWS,
    HAM_HEADER,
    HAM_ROWS,
    MD5,
    TRUTH_HEADER,
    TRUTH_ROWS,
    make_dermnet,
    make_fitzpatrick17k,
    make_ham10000,
    table,
    write,
)

from helpers.base.errors import DataMissingError, TableError
from helpers.data import catalogue, masks

NAMES = list(catalogue.DATASETS)
ECZEMA = "Eczema Photos"


def load_fitzpatrick17k(folder, *rows):
    return catalogue.load("fitzpatrick17k", make_fitzpatrick17k(folder, rows, ()))


def with_truth(folder, *rows):
    data = make_ham10000(folder)
    write(data / "ham10000" / "GroundTruth.csv", table(TRUTH_HEADER, rows))
    return data


@pytest.mark.parametrize("name", NAMES)
def test_01_data_folder_missing(tmp_path, name):
    with pytest.raises(DataMissingError, match=r"does not exist.*https://"):
        catalogue.load(name, tmp_path / "nowhere")


@pytest.mark.parametrize("name", NAMES)
def test_01_data_folder_empty(tmp_path, name):
    with pytest.raises(DataMissingError, match=r"is empty.*https://"):
        catalogue.load(name, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_01_data_folder_is_a_file(tmp_path, name):
    with pytest.raises(DataMissingError, match=r"is a file.*https://"):
        catalogue.load(name, write(tmp_path / "data", "x"))


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may read every folder"
)
def test_01_data_folder_not_readable(tmp_path):
    data = make_ham10000(tmp_path / "data")
    data.chmod(0)
    try:
        with pytest.raises(DataMissingError, match="cannot be read"):
            catalogue.load("ham10000", data)
    finally:
        data.chmod(0o700)


def test_01_not_readable_is_said_by_the_system(tmp_path, monkeypatch):
    data = make_ham10000(tmp_path)

    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataMissingError, match=r"cannot be read \(Permission denied\)"):
        catalogue.load("ham10000", data)


@pytest.mark.parametrize("missing", FITZ_HEADER.split(","))
def test_02_column_missing(tmp_path, missing):
    header = FITZ_HEADER.replace(missing, "other", 1)
    if missing == "url":
        header = FITZ_HEADER.replace(",url,", ",other,")
    data = make_fitzpatrick17k(tmp_path, header=header)
    with pytest.raises(TableError, match=missing) as error:
        catalogue.load("fitzpatrick17k", data)
    assert "line 1" in error.value.where


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text.replace(",", ";").replace("\n", "\r\n"),
        lambda text: text.replace("back", '"upper, lower; back"'),
        lambda text: text.replace("\n", ",more\n"),
    ],
    ids=["semicolons", "tabs", "BOM", "CRLF", "excel", "quoted commas", "extra column"],
)
def test_02_csv_dialects_are_read_alike(tmp_path, change):
    plain = catalogue.load("ham10000", make_ham10000(tmp_path)).table
    path = tmp_path / "ham10000" / "HAM10000_metadata.csv"
    write(path, change(table(HAM_HEADER, HAM_ROWS)))
    changed = catalogue.load("ham10000", tmp_path).table
    columns = ["image_id", "label", "group", "path", "age", "sex"]
    assert changed[columns].equals(plain[columns])


def test_02_duplicated_id_is_refused_with_both_lines(tmp_path):
    rows = (*HAM_ROWS, HAM_ROWS[0])
    with pytest.raises(TableError, match=r"ISIC_1' \(line 2\), 'ISIC_1' \(line 5\)"):
        catalogue.load("ham10000", make_ham10000(tmp_path, rows))
    rows = (*FITZ_ROWS, FITZ_ROWS[2])
    with pytest.raises(TableError, match=r"md5hash must not repeat.*\(line 5\)"):
        load_fitzpatrick17k(tmp_path, *rows)


def test_02_line_numbers_hold_after_a_quoted_line_break(tmp_path):
    rows = (HAM_ROWS[0].replace("back", '"up\nper"'), HAM_ROWS[2].replace("mel", "xxx"))
    with pytest.raises(TableError, match=r"'xxx' \(line 4\)"):
        catalogue.load("ham10000", make_ham10000(tmp_path, rows))


def test_02_table_without_rows_is_refused(tmp_path):
    with pytest.raises(TableError, match="no rows"):
        catalogue.load("ham10000", make_ham10000(tmp_path, ()))
    with pytest.raises(TableError, match="no rows"):
        load_fitzpatrick17k(tmp_path)


def test_03_unknown_diagnosis(tmp_path):
    rows = (HAM_ROWS[0], HAM_ROWS[2].replace("mel", "melanoma"))
    with pytest.raises(TableError, match=r"dx must be.*'melanoma' \(line 3\)"):
        catalogue.load("ham10000", make_ham10000(tmp_path, rows))


def test_03_diagnosis_in_capitals_is_unambiguous(tmp_path):
    rows = (HAM_ROWS[0].replace("nv", "NV"), HAM_ROWS[2])
    found = catalogue.load("ham10000", make_ham10000(tmp_path, rows))
    assert list(found.table["label"]) == ["nv", "mel"]


def test_03_unknown_partition(tmp_path):
    row = FITZ_ROWS[0].replace("inflammatory", "inflamed")
    with pytest.raises(
        TableError, match=r"nine_partition_label.*'inflamed' \(line 2\)"
    ):
        load_fitzpatrick17k(tmp_path, row)


def test_03_label_in_two_partitions(tmp_path):
    other = FITZ_ROWS[1].replace("inflammatory", "genodermatoses")
    words = (
        r"'psoriasis in inflammatory' \(line 2\), "
        r"'psoriasis in genodermatoses' \(line 3\)"
    )
    with pytest.raises(TableError, match=words):
        load_fitzpatrick17k(tmp_path, FITZ_ROWS[0], other)


def test_03_partition_in_two_partitions(tmp_path):
    other = FITZ_ROWS[2].replace(",malignant,", ",benign,").replace(MD5[2], MD5[5])
    other = other.replace(",melanoma,", ",lentigo maligna,")
    with pytest.raises(TableError, match="must belong to one three_partition_label"):
        load_fitzpatrick17k(tmp_path, *FITZ_ROWS, other)


@pytest.mark.parametrize("value", ["7", "III", "0", "3.5", ""])
def test_03_unknown_skin_type(tmp_path, value):
    row = FITZ_ROWS[0].replace(",3,2,", f",{value},2,")
    words = rf"fitzpatrick_scale must be -1 .* or 1 to 6: '{value}' \(line 2\)"
    with pytest.raises(TableError, match=words):
        load_fitzpatrick17k(tmp_path, row)


def test_03_unknown_class_folder(tmp_path):
    data = make_dermnet(tmp_path, {ECZEMA: ["1.jpg"], "Cats": ["1.jpg"]})
    with pytest.raises(TableError, match="Cats"):
        catalogue.load("dermnet", data)


def test_04_row_without_picture_is_listed_and_left_out(tmp_path):
    found = catalogue.load("ham10000", make_ham10000(tmp_path, pictures=("ISIC_1",)))
    assert list(found.table["image_id"]) == ["ISIC_1"]
    problems = found.problems
    assert list(problems["kind"]) == ["row without picture"] * 2
    assert list(problems["detail"]) == ["ISIC_2", "ISIC_3"]
    assert list(problems["line"]) == [3, 4]
    assert set(problems["file"]) == {"ham10000/HAM10000_metadata.csv"}


def test_04_picture_and_mask_without_row_are_listed_and_left_out(tmp_path):
    data = make_ham10000(tmp_path)
    write(data / "ham10000" / "images" / "ISIC_8.jpg")
    write(data / "ham10000" / "masks" / "ISIC_9_segmentation.png")
    found = catalogue.load("ham10000", data)
    assert len(found.table) == 3
    assert list(found.problems["kind"]) == [
        "picture without row",
        "mask without picture",
    ]
    assert found.problems["line"].isna().all()


def test_04_picture_without_mask_is_kept_and_listed(tmp_path):
    data = make_ham10000(tmp_path)
    (data / "ham10000" / "masks" / "ISIC_2_segmentation.png").unlink()
    found = catalogue.load("ham10000", data)
    assert found.table["mask_path"][1] == ""
    assert list(found.problems["kind"]) == ["picture without mask"]


def test_04_strict_refuses_all_of_it(tmp_path):
    data = make_ham10000(tmp_path, pictures=("ISIC_1",))
    with pytest.raises(TableError, match=r"ISIC_2 \(ham10000/.*csv, line 3\)"):
        catalogue.load("ham10000", data, strict=True)


STRANGE = [
    "with space",
    "quote's",
    "-dash",
    "ü" + unicodedata.normalize("NFD", "é"),
    "x" * 200,
    "<script>",
    "two\nlines",
    "皮膚",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids most of them")
def test_08_strange_file_names_are_read_as_they_are(tmp_path):
    data = make_dermnet(tmp_path, {ECZEMA: [f"{name}.jpg" for name in STRANGE]})
    found = catalogue.load("dermnet", data)
    assert found.problems.empty
    ids = {f"{ECZEMA}/{name}.jpg" for name in STRANGE}
    assert set(found.table["image_id"]) == ids
    assert all((data / path).is_file() for path in found.table["path"])


@pytest.mark.skipif(sys.platform != "linux", reason="macOS takes both forms for one")
def test_08_both_unicode_forms_are_kept_apart_and_listed(tmp_path):
    forms = [unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD")]
    found = catalogue.load("dermnet", make_dermnet(tmp_path, {ECZEMA: forms}))
    assert len(found.table) == 2
    assert list(found.problems["kind"]) == ["names that some systems take for one"]


@pytest.mark.skipif(sys.platform != "linux", reason="bytes that are no text")
def test_08_name_that_is_no_text_is_passed_over_and_listed(tmp_path):
    data = make_dermnet(tmp_path, {ECZEMA: ["1.jpg"]})
    folder = os.fsencode(data / "dermnet" / "train" / ECZEMA)
    os.close(os.open(folder + b"/\xff.jpg", os.O_CREAT | os.O_WRONLY))
    found = catalogue.load("dermnet", data)
    assert len(found.table) == 1
    assert list(found.problems["kind"]) == ["a file name that is no valid text"]
    found.problems.to_csv().encode()  # can be written


@pytest.mark.parametrize("name", ["../ISIC_1", "/etc/passwd", "..", "C:\\x", "a/b"])
def test_09_id_that_leaves_its_folder_is_refused(tmp_path, name):
    rows = (HAM_ROWS[0].replace("ISIC_1", name),)
    with pytest.raises(TableError, match=r"cannot leave its folder.*\(line 2\)"):
        catalogue.load("ham10000", make_ham10000(tmp_path, rows))
    with pytest.raises(TableError, match=r"md5hash must be 32 hexadecimal digits"):
        load_fitzpatrick17k(tmp_path, FITZ_ROWS[0].replace(MD5[0], name))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_10_symbolic_link_loops_do_not_hang(tmp_path):
    data = make_dermnet(tmp_path, {ECZEMA: ["1.jpg"]})
    train = data / "dermnet" / "train"
    (train / ECZEMA / "loop.jpg").symlink_to("loop.jpg")
    (train / ECZEMA / "gone.jpg").symlink_to("nowhere.jpg")
    (train / ECZEMA / "up").symlink_to(train, target_is_directory=True)
    (train / "self").symlink_to("self")
    found = catalogue.load("dermnet", data)
    assert list(found.table["image_id"]) == [f"{ECZEMA}/1.jpg"]
    assert len(found.problems) == 3
    assert set(found.problems["action"]) == {"passed over"}


def test_10_files_equal_but_for_case_are_kept_apart_and_listed(tmp_path):
    data = make_dermnet(tmp_path, {ECZEMA: ["a.jpg", "A.jpg"]})
    folder = data / "dermnet" / "train" / ECZEMA
    if len(list(folder.iterdir())) == 1:
        pytest.skip("this file system takes both names for one")
    found = catalogue.load("dermnet", data)
    assert list(found.table["image_id"]) == [f"{ECZEMA}/A.jpg", f"{ECZEMA}/a.jpg"]
    assert list(found.problems["kind"]) == ["names that some systems take for one"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("ISIC_1,1.0,1.0,0,0,0,0,0", r"exactly one 1: 'ISIC_1 has 2' \(line 2\)"),
        ("ISIC_1,0,0,0,0,0,0,0", r"exactly one 1: 'ISIC_1 has 0' \(line 2\)"),
        ("ISIC_1,0.5,0.5,0,0,0,0,0", r"MEL must be 0 or 1: '0.5' \(line 2\)"),
        ("ISIC_1,x,0,0,0,0,0,0", r"MEL must be 0 or 1: 'x' \(line 2\)"),
        ("ISIC_1,1,0,0,0,0,0,0", r"disagree.*'ISIC_1 mel, not nv' \(line 2\)"),
    ],
    ids=["two ones", "no one", "0.5", "text", "disagreeing with metadata"],
)
def test_11_ground_truth_rows_are_named(tmp_path, row, words):
    with pytest.raises(TableError, match=words) as error:
        catalogue.load("ham10000", with_truth(tmp_path, row, *TRUTH_ROWS[1:]))
    assert error.value.where.endswith("GroundTruth.csv")


def test_11_rows_in_one_table_only_are_listed(tmp_path):
    extra = TRUTH_ROWS[0].replace("ISIC_1", "ISIC_7")
    found = catalogue.load("ham10000", with_truth(tmp_path, *TRUTH_ROWS[1:], extra))
    assert list(found.table["image_id"]) == ["ISIC_1", "ISIC_2", "ISIC_3"]
    assert list(found.problems["kind"]) == ["row in one table only"] * 2
    assert list(found.problems["detail"]) == ["ISIC_7", "ISIC_1"]


def test_11_lesion_with_two_diagnoses_is_listed(tmp_path):
    rows = (HAM_ROWS[0], HAM_ROWS[1].replace("nv", "mel"), HAM_ROWS[2])
    found = catalogue.load("ham10000", make_ham10000(tmp_path, rows))
    assert list(found.problems["kind"]) == ["lesion with two diagnoses"]
    assert list(found.problems["line"]) == [3]


def make_masks(folder, mask):
    """One picture of 40 x 30 px with `mask` as its mask; return the table and data."""
    data = make_ham10000(folder, HAM_ROWS[:1], ())
    root = data / "ham10000"
    for name in ("images", "masks"):
        (root / name).mkdir()
    picture = np.full((30, 40, 3), 120, np.uint8)
    cv2.imwrite(str(root / "images" / "ISIC_1.jpg"), picture)
    cv2.imwrite(str(root / "masks" / "ISIC_1_segmentation.png"), mask)
    return catalogue.load("ham10000", data).table, data


def disc(height_px=30, width_px=40):
    mask = np.zeros((height_px, width_px), np.uint8)
    centre = (width_px // 2, height_px // 2)
    return cv2.circle(mask, centre, height_px // 4, 255, -1)


@pytest.mark.parametrize(
    ("mask", "kinds"),
    [
        (disc(), []),
        (disc(60, 80), ["mask of another size"]),
        (cv2.GaussianBlur(disc(), (0, 0), 1), ["mask with gray values"]),
        (disc() * 0, ["mask empty"]),
        (disc() * 0 + 255, ["mask full"]),
        (255 - disc(), ["mask perhaps inverted"]),
    ],
    ids=["good", "other size", "gray edges", "all zero", "all one", "inverted"],
)
def test_12_doubtful_masks_are_listed(tmp_path, mask, kinds):
    table, data = make_masks(tmp_path, mask)
    doubts = masks.check_masks(table, data)
    assert list(doubts["kind"]) == kinds
    assert all(doubts["file"] == "ham10000/masks/ISIC_1_segmentation.png")


def test_12_mask_of_another_size_is_resampled_to_the_nearest_pixel(tmp_path):
    table, data = make_masks(tmp_path, np.kron(disc(), np.ones((2, 2), np.uint8)))
    mask = masks.read_mask(data / table["mask_path"][0], 30, 40)
    assert np.array_equal(mask, disc() > 0)


def test_12_gray_edges_are_cut_at_127(tmp_path):
    levels = np.tile(np.uint8([0, 127, 128, 255]), (30, 10))
    table, data = make_masks(tmp_path, levels)
    mask = masks.read_mask(data / table["mask_path"][0], 30, 40)
    assert np.array_equal(mask[0, :4], [False, False, True, True])


def test_12_mask_that_is_no_picture_is_listed(tmp_path):
    table, data = make_masks(tmp_path, disc())
    write(data / table["mask_path"][0], "<html>")
    assert list(masks.check_masks(table, data)["kind"]) == ["mask unreadable"]
