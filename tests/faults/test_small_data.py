"""Row 14 of the fault table: ten pictures in all, and folders poorer than that.

Every notebook ends: done, or skipped or refused in a sentence that names the number it
needs. The folders bear spaces and letters of several alphabets, as people's do.
"""

import json
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from helpers.base import errors
from helpers.base.paths import ROOT
from helpers.series.catalogue import NOTEBOOKS

pytestmark = pytest.mark.notebook

N = 10
HAM, FITZ = "ham10000/HAM10000_metadata.csv", "fitzpatrick17k/fitzpatrick17k.csv"


def read(sample, name):
    return pd.read_csv(sample / name, dtype=str, keep_default_na=False)


def put(data, name, table):
    (data / name).parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(data / name, index=False)


def copy(sample, data, paths):
    for path in paths:
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sample / path, data / path)


def put_ham10000(sample, data, rows):
    put(data, HAM, rows)
    copy(sample, data, [f"ham10000/images/{name}.jpg" for name in rows["image_id"]])
    masks = [f"ham10000/masks/{name}_segmentation.png" for name in rows["image_id"]]
    copy(sample, data, masks)


def put_fitzpatrick17k(sample, data, rows):
    put(data, FITZ, rows)
    names = [f"fitzpatrick17k/images/{name}.jpg" for name in rows["md5hash"]]
    copy(sample, data, names)


def put_dermnet(sample, data, n_each):
    for folder in sorted((sample / "dermnet" / "train").iterdir())[:2]:
        found = sorted(path.relative_to(sample) for path in folder.iterdir())
        copy(sample, data, found[:n_each])


def ten_of_each(sample, data):
    put_ham10000(sample, data, read(sample, HAM).head(N))
    put_fitzpatrick17k(sample, data, read(sample, FITZ).head(N))
    put_dermnet(sample, data, N // 2)


def ten_of_one_kind(sample, data):
    """One label, no skin type known: nothing to compare, nothing to split."""
    fitz = read(sample, FITZ)
    unknown = {"fitzpatrick_scale": "-1", "fitzpatrick_centaur": "-1"}
    fitz = fitz[fitz["label"] == "psoriasis"].head(N).assign(**unknown)
    put_fitzpatrick17k(sample, data, fitz)


def run_street(data, out):
    words = ["--data", str(data), "--out", str(out), "--skip-missing"]
    # No server stands behind these addresses: the pictures are there already.
    words += ["-p", "02.store", "data", "-p", "02.n_tries", "1"]
    command = [sys.executable, "-m", "helpers", "run", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def ended_well(entry):
    """Say whether a notebook is done, or its error is ours and names a number."""
    if entry["status"] == "done":
        return True
    if entry["status"] == "skipped":
        return bool(entry["error"])
    name, _, why = entry["error"].partition("\n")[2].partition(": ")
    return hasattr(errors, name) and re.search(r"\d|\b(one|two)\b", why) is not None


@pytest.mark.parametrize("make", [ten_of_each, ten_of_one_kind])
def test_14_every_notebook_ends_with_ten_pictures(tmp_path, sample_data, make):
    data, out = tmp_path / "zehn Bilder für أمل 十", tmp_path / "ein Lauf"
    make(sample_data, data)
    done = run_street(data, out)
    text = (out / "run.json").read_text(encoding="utf-8")
    entries = json.loads(text)["notebooks"]
    assert entries.keys() == NOTEBOOKS.keys()
    bad = {name: e["error"] for name, e in entries.items() if not ended_well(e)}
    assert not bad, f"{bad}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    if make is ten_of_each:
        assert {entry["status"] for entry in entries.values()} == {"done"}
        assert done.returncode == 0
    else:
        assert {entries[name]["status"] for name in ("00_tour", "02_download")} == {
            "done"
        }
