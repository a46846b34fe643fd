"""The coarse question above the fine one."""

import pandas as pd
import pytest

from helpers.base.errors import ParameterError
from helpers.data import partitions


def test_fitzpatrick17k_brings_its_own():
    table = pd.DataFrame({"label": ["a", "b"], "three_partition_label": ["x", "y"]})
    made = partitions.add_partition(table, "fitzpatrick17k")
    assert made["partition"].tolist() == ["x", "y"] and "partition" not in table


def test_ham10000_has_two():
    labels = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]
    made = partitions.add_partition(pd.DataFrame({"label": labels}), "ham10000")
    malignant = made.loc[made["partition"].eq("malignant"), "label"]
    assert malignant.tolist() == ["akiec", "bcc", "mel"]


def test_what_has_none_is_refused_by_name():
    table = pd.DataFrame({"label": ["nv", "scc"]})
    with pytest.raises(ParameterError, match="1 labels have no partition: scc"):
        partitions.add_partition(table, "ham10000")
    with pytest.raises(ParameterError, match="dermnet have no partitions"):
        partitions.add_partition(table, "dermnet")
