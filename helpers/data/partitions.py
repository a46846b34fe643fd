"""Which partition a label belongs to: the coarse question above the fine one."""

import pandas as pd

from helpers.base.errors import ParameterError

HAM10000 = {
    "akiec": "malignant",
    "bcc": "malignant",
    "mel": "malignant",
    "bkl": "benign",
    "df": "benign",
    "nv": "benign",
    "vasc": "benign",
}
"""Tschandl et al. (2018) group the seven diagnoses so; akiec is carcinoma in situ."""


def add_partition(table: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Return a table of pictures with a column ``partition``.

    Parameters
    ----------
    table : DataFrame
        With ``label``; Fitzpatrick17k's has ``three_partition_label``, too.
    dataset : str
        ``"fitzpatrick17k"`` or ``"ham10000"``.

    Returns
    -------
    DataFrame
        A new one.

    Raises
    ------
    ParameterError
        If the data set has no partitions, or a label has none.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["mel", "nv"]})
    >>> add_partition(table, "ham10000")["partition"].tolist()
    ['malignant', 'benign']
    """
    if dataset == "fitzpatrick17k":
        return table.assign(partition=table["three_partition_label"])
    if dataset != "ham10000":
        raise ParameterError(
            f"the labels of {dataset} have no partitions",
            where="dataset",
            way_out="take fitzpatrick17k (three partitions) or ham10000 (two)",
        )
    partition = table["label"].map(HAM10000)
    if unknown := sorted(set(table["label"][partition.isna()])):
        raise ParameterError(
            f"{len(unknown)} labels have no partition: {', '.join(unknown)}",
            where="HAM10000",
            way_out="give each a partition in helpers/data/partitions.py",
        )
    return table.assign(partition=partition)
