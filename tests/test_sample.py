"""The sample data: what is planted is there, and the truth says so."""

import hashlib
import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from helpers.base.paths import ROOT
from helpers.data import catalogue, masks, rebuilding
from helpers.data.sample import writing
from helpers.data.sample.painting.drawing import CONDITIONS, DERMOSCOPY_CLASSES, REGIONS
from helpers.data.sample.planting import data_sets, plan_dermnet
from helpers.data.sample.planting.alterations import ALTERATIONS
from helpers.data.sample.web import addresses
from helpers.images import decode
from helpers.storage import hashes

NAMES = list(catalogue.DATASETS)


@pytest.fixture(scope="module")
def truth(sample_data) -> pd.DataFrame:
    return pd.read_csv(sample_data / "truth.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def loaded(sample_data) -> dict:
    return {name: catalogue.load(name, sample_data, strict=True) for name in NAMES}


@pytest.fixture(scope="module")
def sizes(sample_data, truth) -> pd.DataFrame:
    measured = [decode.measure(sample_data / path)[:2] for path in truth["path"]]
    return pd.DataFrame(measured, columns=["width_px", "height_px"])


def test_each_data_set_is_whole_and_large_enough(loaded):
    at_least = {"dermnet": 460, "fitzpatrick17k": 480, "ham10000": 420}
    assert all(len(loaded[name].table) >= n for name, n in at_least.items())
    assert all(found.problems.empty for found in loaded.values())
    assert (loaded["fitzpatrick17k"].table["path"] != "").all()
    assert (loaded["ham10000"].table["mask_path"] != "").all()


@pytest.mark.parametrize("name", NAMES)
def test_truth_names_exactly_the_pictures_of_the_loaders(loaded, truth, name):
    rows = truth[truth["dataset"] == name].set_index("image_id")
    table = loaded[name].table.set_index("image_id")
    assert set(rows.index) == set(table.index) and rows.index.is_unique
    assert (rows["path"].loc[table.index] == table["path"]).all()
    wrong = rows["true_label"].loc[table.index] != table["label"]
    off_topic = rows["off_topic"].loc[table.index]
    assert (wrong & ~off_topic).equals(rows["wrong_label"].loc[table.index])


def test_truth_has_its_columns(truth):
    assert tuple(truth.columns) == data_sets.TRUTH_COLUMNS
    on_skin = truth[~truth["off_topic"]]
    assert set(on_skin["condition"]) == {*CONDITIONS, *DERMOSCOPY_CLASSES}
    clinical = on_skin[on_skin["dataset"] != "ham10000"]
    assert set(clinical["region"]) == set(REGIONS) and len(REGIONS) == 8
    assert set(on_skin["skin_type"].astype(float)) == {1, 2, 3, 4, 5, 6}
    ita = pd.to_numeric(on_skin["ita_deg"]).groupby(on_skin["skin_type"]).mean()
    assert ita.is_monotonic_decreasing


@pytest.mark.parametrize("name", NAMES)
def test_planted_shares(truth, name):
    rows = truth[truth["dataset"] == name]
    n = len(rows)
    assert abs((rows["alteration"] == "exact").sum() / n - 0.04) < 0.005
    assert abs(rows["off_topic"].sum() / n - 0.02) < 0.005
    assert abs(rows["wrong_label"].sum() / n - 0.02) < 0.005
    near = rows["alteration"].value_counts()
    assert all(near[alteration] >= 6 for alteration in ALTERATIONS)


def test_copies_share_group_and_truth_with_their_original(truth):
    rows = truth.set_index(["dataset", "image_id"])
    copies = truth[truth["alteration"] != ""]
    assert (truth["duplicate_of"] != "").equals(truth["alteration"] != "")
    keys = list(zip(copies["dataset"], copies["duplicate_of"], strict=True))
    originals = rows.loc[keys]
    for column in ("sibling_group", "true_label", "condition", "skin_type", "ita_deg"):
        assert list(originals[column]) == list(copies[column])
    assert (originals["alteration"] == "").all()
    disagreeing = copies["wrong_label"].groupby(copies["dataset"]).sum()
    assert (disagreeing >= 4).all()  # pairs whose labels disagree


def test_exact_copies_have_the_same_pixels_and_near_ones_not(sample_data, truth):
    paths = truth.set_index(["dataset", "image_id"])["path"]
    same_bytes = {name: 0 for name in NAMES}
    for row in truth[truth["alteration"] != ""].itertuples():
        files = (
            sample_data / paths[row.dataset, row.duplicate_of],
            sample_data / row.path,
        )
        first, second = (decode.decode(file) for file in files)
        exact = row.alteration == "exact"
        assert np.array_equal(first, second) == exact, row.path
        contents = [file.read_bytes() for file in files]
        same_bytes[row.dataset] += contents[0] == contents[1]
    assert same_bytes["dermnet"] >= 10 and same_bytes["ham10000"] >= 10
    assert same_bytes["fitzpatrick17k"] == 0  # as published: every md5 is unique


def test_siblings_are_other_pictures_of_one_scene(truth):
    originals = truth[truth["alteration"] == ""]
    per_scene = originals.groupby(["dataset", "sibling_group"]).size()
    n_with = (per_scene > 1).groupby("dataset").sum()
    assert n_with["ham10000"] >= 40 and n_with["dermnet"] >= 10


def test_dermnet_sizes_go_from_120_to_600_px(truth, sizes):
    own = sizes[truth["dataset"] == "dermnet"]
    assert own.min().min() == 120 and own.max().max() == 600
    assert own.drop_duplicates().shape[0] > 100


def test_dermnet_regions_are_not_the_classes(loaded, truth):
    table = loaded["dermnet"].table
    assert table["label"].nunique() == 23
    rows = truth[(truth["dataset"] == "dermnet") & ~truth["off_topic"]]
    per_class = rows.groupby("true_label")["region"].nunique()
    per_region = rows.groupby("region")["true_label"].nunique()
    assert (per_class > 1).sum() >= 20 and (per_region > 1).all()
    conditions = rows.groupby("condition")["true_label"].nunique()
    assert (conditions > 1).sum() >= 8


def test_file_names_do_not_tell_what_was_planted(truth):
    rows = truth[truth["dataset"] == "dermnet"]
    number = rows["image_id"].str.extract(r"-(\d+)\.jpg$")[0].astype(int)
    copied = rows["alteration"] != ""
    assert abs(number[copied].mean() - number[~copied].mean()) < 60


def test_fitzpatrick17k_labels_and_partitions(loaded):
    table = loaded["fitzpatrick17k"].table
    assert table["label"].nunique() == 12
    assert table["nine_partition_label"].nunique() == 9
    assert table["three_partition_label"].nunique() == 3
    assert set(table["fitzpatrick_scale"]) == {-1, 1, 2, 3, 4, 5, 6}
    assert (table["qc"] == "").mean() > 0.9 and table["qc"].nunique() >= 4


def test_fitzpatrick17k_names_are_the_md5_of_the_bytes(sample_data, loaded):
    for row in loaded["fitzpatrick17k"].table.itertuples():
        content = (sample_data / row.path).read_bytes()
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        assert digest == row.image_id


def test_fitzpatrick17k_annotators_disagree_as_published(loaded):
    table = loaded["fitzpatrick17k"].table
    scale, centaur = table["fitzpatrick_scale"], table["fitzpatrick_centaur"]
    gap = (scale - centaur).abs()[(scale > 0) & (centaur > 0)]
    assert abs((gap == 0).mean() - 0.479) < 0.05
    assert abs((gap <= 1).mean() - 0.910) < 0.03
    assert 0.02 < (scale == -1).mean() < 0.08


def test_lost_addresses_can_be_rebuilt_as_planned(sample_data, loaded):
    table = loaded["fitzpatrick17k"].table
    answers = json.loads((sample_data / "web.json").read_text(encoding="utf-8"))
    patterns = rebuilding.learn_patterns(table["url"][table["url"] != ""])
    lost = table[table["url"] == ""]
    found = [
        rebuilding.rebuild_address(text, patterns) for text in lost["url_alphanum"]
    ]
    counts = pd.Series([min(len(urls), 2) for urls in found]).value_counts()
    assert counts.to_dict() == {1: 10, 2: 2, 0: 2}
    md5 = [answers["hidden"].get(urls[0]) for urls in found if len(urls) == 1]
    expected = [
        name
        for name, urls in zip(lost["image_id"], found, strict=True)
        if len(urls) == 1
    ]
    assert md5 == expected


def test_faults_belong_to_addresses_that_are_asked_for(sample_data, loaded):
    answers = json.loads((sample_data / "web.json").read_text(encoding="utf-8"))
    table = loaded["fitzpatrick17k"].table
    assert set(answers["faults"]) <= {*table["url"], *answers["hidden"]}
    kinds = pd.Series(list(answers["faults"].values())).value_counts()
    assert kinds.to_dict() == {**addresses.FAULTS, "404": addresses.FAULTS["404"] + 1}
    hosts = table["source"].value_counts()
    assert hosts["gone-c.example"] >= 8 and hosts["atlas-b.example"] > 80
    assert table["url"][table["url"] != ""].is_unique
    assert table["url_alphanum"].is_unique


def test_ham10000_lesions_classes_and_leak(loaded):
    table = loaded["ham10000"].table
    assert table["group"].nunique() >= 300
    shares = table["label"].value_counts(normalize=True)
    assert shares.index[0] == "nv" and 0.3 < shares.iloc[0] < 0.5 and len(shares) == 7
    leaking = table["label"].isin(["mel", "bcc", "akiec"])
    assert set(table["dx_type"][leaking]) == {"histo"}
    assert set(table["label"][table["dx_type"] == "follow_up"]) == {"nv"}
    assert table["age"].isna().any() and (table["sex"] == "unknown").any()
    assert (table.groupby("group")["age"].nunique(dropna=False) == 1).all()


def test_ham10000_copies_hide_under_other_lesion_ids(loaded, truth):
    table = loaded["ham10000"].table.set_index("image_id")["group"]
    copies = truth[(truth["dataset"] == "ham10000") & (truth["alteration"] != "")]
    own = table[copies["image_id"]].to_numpy()
    original = table[copies["duplicate_of"]].to_numpy()
    assert 0.3 < (own != original).mean() < 0.8


def test_ham10000_masks_fit_and_only_off_topic_ones_are_empty(
    sample_data, loaded, truth
):
    doubts = masks.check_masks(loaded["ham10000"].table, sample_data)
    assert set(doubts["kind"]) <= {"mask empty"}
    rows = truth[(truth["dataset"] == "ham10000") & truth["off_topic"]]
    names = {f"ham10000/masks/{name}_segmentation.png" for name in rows["image_id"]}
    assert set(doubts["file"]) == names


def test_odd_files_are_what_the_truth_says(sample_data, truth):
    odd = truth[truth["oddity"] != ""]
    assert odd["oddity"].value_counts().min() >= 2
    formats = {
        "png_named_jpg": ("PNG", "RGB"),
        "gray": ("JPEG", "L"),
        "exif_rotated": ("JPEG", "RGB"),
    }
    for row in odd.itertuples():
        found = decode.measure(sample_data / row.path)
        assert (found.format, found.mode) == formats[row.oddity]


def test_the_whole_fits_in_60_mb(sample_data):
    paths = hashes.list_files(sample_data)
    assert sum(path.stat().st_size for path in paths) < 60e6


def test_another_seed_plans_another_sample():
    assert plan_dermnet.plan(1) == plan_dermnet.plan(1) != plan_dermnet.plan(2)


def test_up_to_date_sample_is_left_alone_in_no_time(sample_data):
    before = (sample_data / "manifest.json").stat().st_mtime_ns
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        assert writing.ensure_sample(sample_data, 42) is False
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.5
    assert (sample_data / "manifest.json").stat().st_mtime_ns == before


def test_the_check_imports_neither_pandas_nor_opencv(sample_data):
    code = (
        "import sys; from pathlib import Path; "
        "from helpers.data.sample import writing; "
        "writing.ensure_sample(Path(sys.argv[1]), 42); "
        "sys.exit('pandas' in sys.modules or 'cv2' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(sample_data)]
    assert subprocess.run(command, cwd=ROOT).returncode == 0
