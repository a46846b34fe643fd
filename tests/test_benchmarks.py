"""The benchmarks themselves, with numbers so small that they take no time."""

import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.base.paths import ROOT

FOLDER = ROOT / "tests" / "benchmarks"
KEYS = set("step n seconds plain_seconds limit_seconds goal same_answer".split())
SMALL = {
    "bootstrap": {"N": 80, "N_LABELS": 6, "N_DRAWS": 100, "N_PLAIN": 20},
    "cluster_sweeps": {"N_SWEEP": 400, "N_OPTICS": 300, "DIMENSION": 12},
    "clustering_steps": {"N": 150, "SIZES": (4,), "USED": 4, "PCA_SIZE": 8},
    "decode": {"N_PICTURES": 2, "WIDTH_PX": 900, "HEIGHT_PX": 600, "SIZE_PX": 64},
    "embedding": {
        "NAMES": ("mobilenet_v2",),
        "N_PICTURES": 4,
        "BATCH_SIZE": 4,
        "N_TURNS": 1,
    },
    "hashes": {"N_FILES": 30, "N_DIFFERENT": 5, "N_DECODED": 10},
    "keras_input": {"N_PICTURES": 6, "BATCH_SIZE": 3, "SIZE_PX": 16, "N_TURNS": 1},
    "near_duplicates": {"N_SMALL": 600, "N_LOOP": 300},
    "resume": {"N_FILES": 30},
    "torch_input": {"N_PICTURES": 14, "BATCH_SIZE": 7, "SIZE_PX": 32, "N_TURNS": 1},
    "umap_sweep": {"N_ROWS": 150, "SIZES": [2, 5], "MOST_LOST": 0.05},
}


def load(name):
    """Import a benchmark by its file, wherever the tests are started from."""
    spec = importlib.util.spec_from_file_location(
        f"bench_{name}", FOLDER / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def child_says(text):
    """Stand in for the process that measures 100,000 vectors."""
    return SimpleNamespace(run=lambda *_, **__: SimpleNamespace(stdout=text))


def test_every_module_is_listed_and_measures():
    names = load("__main__").NAMES
    assert names == sorted(SMALL)
    assert all(callable(load(name).measure) for name in names)


@pytest.mark.parametrize("name", SMALL)
def test_rows_hold_what_the_table_expects(monkeypatch, name):
    module = load(name)
    for constant, value in SMALL[name].items():
        monkeypatch.setattr(module, constant, value)
    if name == "near_duplicates":
        monkeypatch.setattr(module, "subprocess", child_says("2 1 5 1.5e9"))
    rows = module.measure()
    for row in rows:
        assert set(row) == KEYS and row["same_answer"] is True
        assert row["n"] > 0 and row["seconds"] > 0 and row["step"] and row["goal"]
    assert len(load("__main__").as_table(rows)) == len(rows)


def test_ratios_are_of_plain_and_of_the_limit_to_ours():
    row = dict.fromkeys(KEYS) | {"seconds": 2.0}
    rows = [row | {"plain_seconds": 100.0}, row | {"limit_seconds": 1.0}]
    table = load("__main__").as_table(rows)
    assert table["ratio"].tolist() == [50, pytest.approx(np.nan, nan_ok=True)]
    assert table["limit_share"].tolist() == [pytest.approx(np.nan, nan_ok=True), 0.5]


def test_an_unknown_name_is_refused(capsys):
    assert load("__main__").main(["speed"]) == 2
    assert ", ".join(sorted(SMALL)) in capsys.readouterr().err


def test_the_large_search_is_checked_against_what_was_planted(monkeypatch, capsys):
    module = load("near_duplicates")
    monkeypatch.setattr(module, "N_LARGE", 2000)
    module._child()
    _, _, n_pairs, peak_bytes = map(float, capsys.readouterr().out.split())
    assert n_pairs > 20 and peak_bytes > 0
    nothing = module.neighbours.near_pairs(np.eye(2), 0.9)
    monkeypatch.setattr(module.neighbours, "near_pairs", lambda *_: nothing)
    with pytest.raises(AssertionError):
        module._child()


def test_more_than_two_gigabytes_are_too_many(monkeypatch):
    module = load("near_duplicates")
    monkeypatch.setattr(module, "subprocess", child_says("2 1 5 2.5e9"))
    with pytest.raises(AssertionError, match="2,500,000,000 bytes"):
        module._large()
