"""Who is kin, by the best witness there is."""

import pandas as pd
import pytest

from helpers.data import groups


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "image_id": ["a", "b", "c", "d"],
            "group": [0, 0, 1, 2],
            "lesion_id": ["L1", "L2", "L2", "L3"],
        }
    )


def test_the_truth_is_asked_first(table):
    truth = pd.DataFrame({"image_id": ["d", "a"], "sibling_group": ["s", "s"]})
    assert groups.known_kin(table, truth).tolist() == [0, 1, 2, 0]


def test_then_the_lesion_then_the_group(table):
    assert groups.known_kin(table, None).tolist() == [0, 1, 1, 2]
    table.loc[0, "lesion_id"] = ""
    assert groups.known_kin(table, None).tolist() == [0, 0, 1, 2]
