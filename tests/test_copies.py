"""The search for copies on small drawn pictures: what is known, judged and left out."""

import cv2
import numpy as np
import pandas as pd
import pytest

from helpers.features import copies, encoders

ENCODER = encoders.get_encoder("colour_texture")


def photo(seed):
    """Return a picture with colours, outlines and grain of its own."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    fine = rng.integers(0, 60, (48, 64, 3), dtype=np.uint8)
    size = (160, 120)
    rgb = cv2.resize(blobs, size, interpolation=cv2.INTER_CUBIC)
    return cv2.addWeighted(rgb, 0.8, cv2.resize(fine, size), 0.6, 0)


def write(path, rgb):
    path.write_bytes(cv2.imencode(".png", rgb[..., ::-1])[1].tobytes())
    return path


def search(folder, pictures, group=None, truth=None, n_planted=0):
    """Search pictures by name; one that is None is a file without a picture."""
    paths = []
    for name, rgb in pictures.items():
        path = folder / f"{name}.png"
        paths.append(path)
        path.write_text("<html>") if rgb is None else write(path, rgb)
    names = list(pictures)
    table = pd.DataFrame({"image_id": names, "group": group or names, "n_bytes": -1})
    if truth is not None:
        columns = ["image_id", "duplicate_of", "alteration", "sibling_group"]
        truth = pd.DataFrame(truth, columns=columns)
    return copies.search_copies(table, paths, ENCODER, truth, n_planted, seed=1)


def pairs_of(frame, names=None):
    ends = zip(frame["i"], frame["j"], strict=True)
    return {(i, j) if names is None else (names[i], names[j]) for i, j in ends}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return a search with truth: copies, a sibling, and a look-alike that is none."""
    original = photo(1)
    pictures = {
        "original": original,
        "exact": original,
        "mirrored": original[:, ::-1],
        "sibling": cv2.convertScaleAbs(original, alpha=0.9),
        "stranger": cv2.convertScaleAbs(original, alpha=1.08),
        "other": photo(2),
    }
    truth = [
        ("original", "", "", "scene"),
        ("exact", "original", "exact", "scene"),
        ("mirrored", "original", "mirrored", "scene"),
        ("sibling", "", "", "scene"),
        ("stranger", "", "", None),
        ("other", None, None, None),
        ("not in the table", "other", "cropped", None),
    ]
    found = search(tmp_path_factory.mktemp("told"), pictures, truth=truth)
    return found, list(pictures)


def test_known_pairs_are_the_copies_and_are_named_after_what_differs(told):
    found, names = told
    rows = found.known[["i", "j", "alteration"]].itertuples(index=False)
    by_pair = {(names[i], names[j]): alteration for i, j, alteration in rows}
    assert by_pair == {
        ("original", "exact"): "exact",
        ("original", "mirrored"): "mirrored",
        ("exact", "mirrored"): "mirrored",
    }


def test_a_pair_is_named_after_the_copy_that_was_altered_whichever_comes_first():
    alteration = np.array(["mirrored", "exact", "", "cropped", "exact"])
    known = copies._known_pairs(np.array([0, 0, 0, 1, 1]), alteration)
    assert known.values.tolist() == [
        [0, 1, "mirrored"],
        [0, 2, "mirrored"],
        [1, 2, "exact"],
        [3, 4, "cropped"],
    ]


def test_siblings_are_found_but_not_judged(told):
    found, names = told
    siblings = {(name, "sibling") for name in ("original", "exact", "mirrored")}
    assert pairs_of(found.siblings, names) == siblings
    assert ("original", "sibling") in pairs_of(found.pairs, names)
    assert not siblings & pairs_of(found.judged, names)


def test_copies_are_judged_right_and_look_alikes_wrong(told):
    found, names = told
    right = found.judged[found.judged["is_copy"]]
    assert pairs_of(right, names) == pairs_of(found.known, names)
    wrong = pairs_of(found.judged[~found.judged["is_copy"]], names)
    assert ("original", "stranger") in wrong
    assert right["match"].min() > 0.9


def test_equal_pixels_are_one_group_and_match_fully(told):
    found, names = told
    assert found.exact.tolist() == [0, 0, 1, 2, 3, 4]
    same = found.pairs[found.pairs["same_pixels"]]
    assert pairs_of(same, names) == {("original", "exact")}
    assert same["match"].tolist() == [1.0]


def test_measures_replace_those_the_table_came_with(told):
    found, names = told
    assert found.table["image_id"].tolist() == names
    assert (found.table["n_bytes"] > 0).all()
    assert found.table["width_px"].eq(160).all()
    assert found.X.shape == (len(names), ENCODER.dimension)


def test_copies_of_an_original_that_is_missing_still_match(tmp_path):
    darker = cv2.convertScaleAbs(photo(1), alpha=0.9)
    pictures = {"a": photo(1)[:, ::-1], "b": darker, "c": photo(2)}
    truth = [
        ("a", "gone", "mirrored", None),
        ("b", "gone", "brightness", None),
        ("c", "", "", None),
    ]
    found = search(tmp_path, pictures, truth=truth)
    assert pairs_of(found.known) == {(0, 1)}
    assert found.judged["is_copy"].tolist() == [True]


def test_planted_copies_are_known_and_leave_again(tmp_path):
    pictures = {name: photo(seed) for seed, name in enumerate("abcd")}
    found = search(tmp_path, pictures, n_planted=4)
    assert len(found.table) == len(found.X) == len(found.exact) == 4
    assert found.pairs.empty and found.siblings.empty
    assert sorted(found.known["i"]) == [0, 1, 2, 3]  # each picture and its own copy
    assert sorted(found.known["j"]) == [4, 5, 6, 7]
    assert found.known["alteration"].nunique() == 4
    assert not set(found.known["alteration"]) & {"", "exact"}
    right = found.judged[found.judged["is_copy"]]
    assert pairs_of(right) == pairs_of(found.known)


def test_a_copy_of_one_of_two_equal_pictures_is_a_copy_of_both(tmp_path):
    pictures = {"a": photo(1), "same": photo(1), "c": photo(3)}
    found = search(tmp_path, pictures, n_planted=3)
    # Two plants of the equal pictures: each with both, and with one another.
    of_equals = found.known[found.known["i"].isin([0, 1])]
    assert len(of_equals) == 4 and len(found.known) == 6
    assert pairs_of(found.pairs[found.pairs["same_pixels"]]) == {(0, 1)}
    assert (found.judged["j"] >= 3).all()


def test_the_copy_of_one_lesion_is_no_mistake_beside_its_other_picture(tmp_path):
    pictures = {"a": photo(1), "b": cv2.convertScaleAbs(photo(1), alpha=0.9)}
    told = {
        group: search(tmp_path, pictures, group=list(group), n_planted=2)
        for group in ("gg", "gh")
    }
    assert pairs_of(told["gg"].siblings) == {(0, 1)} and told["gh"].siblings.empty
    assert told["gg"].judged["is_copy"].all() and len(told["gg"].judged)
    assert not told["gh"].judged["is_copy"].all()


def test_rows_are_counted_without_what_could_not_be_decoded(tmp_path):
    pictures = {"a": photo(1), "bad": None, "c": photo(3), "d": photo(3)[:, ::-1]}
    found = search(tmp_path, pictures, n_planted=3)
    assert found.table["image_id"].tolist() == ["a", "c", "d"]
    assert found.problems["kind"].tolist() == ["not a picture"]
    assert pairs_of(found.pairs) == {(1, 2)}
    assert sorted(found.known["i"]) == [0, 1, 2] and found.known["j"].min() == 3


def test_equal_blank_pictures_match_though_nothing_can_be_aligned(tmp_path):
    blank = np.full((120, 160, 3), 200, np.uint8)
    found = search(tmp_path, {"a": blank, "b": photo(1), "c": blank}, truth=[])
    assert pairs_of(found.pairs) == {(0, 2)}
    assert found.pairs["match"].tolist() == [1.0]
