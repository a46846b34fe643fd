"""The leak's figure: seeds stay paired, and the interval is the one handed in."""

import matplotlib as mpl
import numpy as np
import pytest

from helpers.evaluate.leaks import paired_seeds
from helpers.show import saving, style
from helpers.show.plots_leaks import leak_seeds


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def test_each_seed_is_a_line_and_a_difference_beside_the_mean():
    with_, without = [0.66, 0.67, 0.65], [0.61, 0.64, 0.63]
    found = paired_seeds(with_, without)
    figure = leak_seeds(with_, without, found.interval, "Leak", 771, seeds=[7, 8, 9])
    left, right = figure.axes
    lines = [line.get_ydata().tolist() for line in left.lines[:3]]
    assert lines == [[0.61, 0.66], [0.64, 0.67], [0.63, 0.65]]
    assert [t.get_text() for t in left.texts] == ["mean 0.627", "mean 0.660"]
    zero, dots, bar, mean = right.lines
    assert set(zero.get_xdata()) == {0}
    np.testing.assert_allclose(dots.get_xdata(), np.subtract(with_, without))
    assert [*bar.get_xdata()] == [*found.interval]
    np.testing.assert_allclose(mean.get_xdata(), found.difference)
    names = [label.get_text() for label in right.get_yticklabels()]
    assert names[:3] == ["seed 7", "seed 8", "seed 9"]
    assert right.texts[0].get_text().startswith("+0.033\n(")
    assert figure.get_suptitle() == "Leak  (n = 771 test pictures, 3 seeds)"
    low, high = right.get_xlim()
    assert low < min(0, found.interval.low) and high > found.interval.high


@pytest.mark.parametrize("n", [2, 12])
def test_any_number_of_seeds_even_without_a_difference(n, tmp_path):
    same = np.full(n, 0.5)
    figure = leak_seeds(same, same, (0.0, 0.0), "Leak", 9, "accuracy")
    assert figure.axes[0].get_ylabel() == "accuracy, test part"
    saving.save_figure(figure, tmp_path, "leak", "Leak.")
