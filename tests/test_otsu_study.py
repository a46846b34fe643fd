"""Otsu against contrast and tone, on pictures whose answer is known."""

import cv2
import numpy as np
import pandas as pd

from helpers.features import otsu_study


def write_picture(folder, name, skin, lesion, dark_corner=False):
    mask = np.zeros((60, 80), np.uint8)
    mask[20:40, 30:50] = 255
    rgb = np.full((60, 80, 3), skin, np.uint8)
    rgb[mask > 0] = lesion
    if dark_corner:
        rgb[:5, :5] = 0
    cv2.imwrite(str(folder / f"{name}.png"), rgb[..., ::-1])
    cv2.imwrite(str(folder / f"{name}_mask.png"), mask)
    return {"image_id": name, "path": f"{name}.png", "mask_path": f"{name}_mask.png"}


def test_a_lesion_that_stands_out_is_found_whatever_the_skin(tmp_path):
    rows = [
        write_picture(tmp_path, "light", (230, 190, 170), (110, 70, 60)),
        write_picture(tmp_path, "dark", (100, 65, 50), (30, 20, 15)),
        write_picture(tmp_path, "corner", (230, 190, 170), (225, 185, 165), True),
    ]
    study = otsu_study.study_otsu(pd.DataFrame(rows), tmp_path.joinpath)
    assert study["iou"].tolist() == [1.0, 1.0, 0.0]
    assert study["dark_corner"].tolist() == [False, False, True]
    assert study["contrast"]["light"] > study["contrast"]["corner"] > 0
    assert study["ita_deg"]["light"] > study["ita_deg"]["dark"]


def test_what_cannot_be_read_is_left_out(tmp_path):
    good = write_picture(tmp_path, "good", (230, 190, 170), (110, 70, 60))
    (tmp_path / "bad.png").write_bytes(b"no picture")
    bad = {"image_id": "bad", "path": "bad.png", "mask_path": "good_mask.png"}
    none = {"image_id": "none", "path": "good.png", "mask_path": ""}
    study = otsu_study.study_otsu(pd.DataFrame([bad, good, none]), tmp_path.joinpath)
    assert study.index.tolist() == ["good"]
