"""Models of both rooms asked by `predict`, each framework in a process of its own."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import small_predict

from helpers.base.paths import ROOT

NAMES = ["a.jpg", "b.png", "sub/a.png", "sub/deep er/ä,1.PNG", "turned.jpg"]


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_each_framework_answers_by_the_command_line(tmp_path, framework):
    small_predict.pictures(tmp_path / "images")
    done = subprocess.run(
        [sys.executable, "tests/small_predict.py", framework, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "5 pictures in" in done.stdout and "PU" in done.stdout
    table = pd.read_csv(tmp_path / "out" / "predictions.csv")
    problems = pd.read_csv(tmp_path / "out" / "problems.csv")
    assert table["picture"].tolist() == NAMES and len(problems) == 1
    np.testing.assert_allclose(table[["p_dark", "p_light"]].sum(axis=1), 1, atol=1e-3)
    assert set(table["label"]) <= set(small_predict.LABELS)
    assert ("mask" in table) == (framework == "torch")
