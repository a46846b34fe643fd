"""Known answers on the real data: counted from the public tables."""

import time

import pytest

from helpers.data import catalogue, masks
from helpers.images import decode

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def fitzpatrick17k(real_data):
    return catalogue.load("fitzpatrick17k", real_data).table


@pytest.fixture(scope="module")
def ham10000(real_data):
    return catalogue.load("ham10000", real_data).table


def counts(column) -> dict:
    return column.value_counts().to_dict()


def test_fitzpatrick17k_rows_and_labels(fitzpatrick17k):
    assert len(fitzpatrick17k) == 16_577
    per_label = fitzpatrick17k["label"].value_counts()
    assert (len(per_label), per_label.min(), per_label.max()) == (114, 53, 653)
    assert counts(fitzpatrick17k["three_partition_label"]) == {
        "non-neoplastic": 12_080,
        "malignant": 2_263,
        "benign": 2_234,
    }
    nine = fitzpatrick17k["nine_partition_label"].value_counts()
    assert (len(nine), nine.max(), nine.min()) == (9, 10_886, 156)
    levels = fitzpatrick17k.groupby("three_partition_label")["label"].nunique()
    assert levels.to_dict() == {"benign": 24, "malignant": 11, "non-neoplastic": 79}


def test_fitzpatrick17k_addresses(fitzpatrick17k):
    assert counts(fitzpatrick17k["source"]) == {
        "www.dermaamin.com": 12_631,
        "atlasdermatologico.com.br": 3_905,
        "": 41,
    }
    assert fitzpatrick17k["url_alphanum"].is_unique
    assert (fitzpatrick17k["url"] == "").sum() == 41


def test_fitzpatrick17k_skin_types(fitzpatrick17k):
    scale, centaur = (
        fitzpatrick17k[f"fitzpatrick_{name}"] for name in ("scale", "centaur")
    )
    per_type = scale.value_counts().sort_index()
    assert per_type.tolist() == [565, 2_947, 4_808, 3_308, 2_781, 1_533, 635]
    assert fitzpatrick17k["skin_type"].isna().sum() == 565
    known = (scale > 0) & (centaur > 0)
    gap = (scale - centaur).abs()[known]
    assert round((gap == 0).mean(), 3) == 0.479
    assert round((gap <= 1).mean(), 3) == 0.910


def test_fitzpatrick17k_qc(fitzpatrick17k):
    assert counts(fitzpatrick17k["qc"]) == {
        "": 16_073,
        "1 Diagnostic": 348,
        "5 Potentially": 97,
        "2 Characteristic": 32,
        "3 Wrongly labelled": 17,
        "4 Other": 10,
    }


def test_ham10000_pictures_lesions_and_classes(ham10000):
    assert len(ham10000) == 7_993 and ham10000["group"].nunique() == 5_984
    assert counts(ham10000["label"]) == {
        "nv": 5_386,
        "bkl": 864,
        "mel": 845,
        "bcc": 426,
        "akiec": 269,
        "vasc": 112,
        "df": 91,
    }
    per_lesion = ham10000["group"].value_counts().value_counts()
    assert per_lesion[1] == 4_446 and per_lesion[2] == 1_110


def test_ham10000_gaps_and_leak(ham10000):
    assert ham10000["age"].isna().sum() == 47
    assert (ham10000["sex"] == "unknown").sum() == 48
    leaking = ham10000["label"].isin(["mel", "bcc", "akiec"])
    assert set(ham10000["dx_type"][leaking]) == {"histo"}
    follow_up = ham10000["dx_type"] == "follow_up"
    assert set(ham10000["label"][follow_up]) == {"nv"}


def test_ham10000_is_whole(real_data):
    found = catalogue.load("ham10000", real_data, strict=True)
    assert found.problems.empty and (found.table["mask_path"] != "").all()
    status = {one.name: one for one in catalogue.survey(real_data)}["ham10000"]
    assert (status.n_rows, status.n_pictures, status.n_masks) == (7_993,) * 3


def test_ham10000_masks_fit_their_pictures(real_data, ham10000):
    doubts = masks.check_masks(ham10000.iloc[::20], real_data)
    assert set(doubts["kind"]) <= {"mask full", "mask perhaps inverted"}
    first = ham10000.iloc[0]
    assert decode.measure(real_data / first["path"])[:2] == (200, 150)
    mask = masks.read_mask(real_data / first["mask_path"], 150, 200)
    assert mask.shape == (150, 200) and 0.01 < mask.mean() < 0.99


@pytest.mark.parametrize("name", ["fitzpatrick17k", "ham10000"])
def test_real_tables_load_within_a_second(real_data, name):
    catalogue.load(name, real_data)
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        catalogue.load(name, real_data)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 1
