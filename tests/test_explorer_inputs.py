"""The browser is made from files and vectors; of too many pictures a part is shown."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers.show import explorer, explorer_inputs


@pytest.fixture
def made(tmp_path):
    rng = np.random.default_rng(0)
    paths = []
    for place in range(12):
        paths.append(tmp_path / f"{place}.png")
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        Image.new("RGB", (30, 20), colour).save(paths[-1])
    table = pd.DataFrame(
        {
            "image_id": [f"p{k}" for k in range(12)],
            "path": [path.name for path in paths],
            "cluster": [0] * 6 + [1] * 6,
            "label": "x",
        }
    )
    X = rng.normal(size=(12, 5)).astype(np.float32)
    return tmp_path / "page.html", table, {"PCA": X[:, :2]}, paths, X, rng, "t", "c"


def data_of(page):
    text = page.read_text(encoding="utf-8")
    return json.loads(
        re.search(r'application/json"[^>]*>(.*?)</script>', text, re.S)[1]
    )


def test_every_picture_is_shown_with_its_neighbours(made):
    data = data_of(explorer_inputs.browse(*made))
    assert data["n"] == 12 and data["k"] == 10
    assert data["thumbnail_px"] == explorer_inputs.SHARP_PX


def test_of_too_many_a_part_is_shown_with_smaller_pictures(made, monkeypatch):
    monkeypatch.setattr(explorer, "MAX_PICTURES", 7)
    monkeypatch.setattr(explorer_inputs, "FEW", 5)
    data = data_of(explorer_inputs.browse(*made))
    assert data["n"] == 7 and data["k"] == 5
    assert data["thumbnail_px"] == explorer_inputs.SMALL_PX
