"""Which picture of a group is kept, why, and what is said about the others."""

import numpy as np
import pandas as pd

from helpers.base.errors import TableError

_RULES = (
    ("n_pixels", "largest picture"),
    ("agrees", "label of most of its group"),
    ("n_bytes", "least compressed"),
)


def choose_kept(table: pd.DataFrame, group: np.ndarray) -> pd.DataFrame:
    """Keep one picture of each group, by rules that are said.

    In order: the largest picture; of these the one that has the label of most of the
    group; the largest file, which at the same size is the least compressed; the first
    by image_id.

    Parameters
    ----------
    table : DataFrame
        One row per picture: image_id, label, width_px, height_px, n_bytes.
    group : ndarray of int, shape (n,)
        Group of each row.

    Returns
    -------
    DataFrame
        On the index of `table`: image_id, group (int64), n_in_group (int64), kept
        (bool), kept_instead (str: image_id of the one kept), reason (str: the rule that
        decided, "" where a picture is alone).

    Raises
    ------
    TableError
        If a column is missing.
    """
    needed = ["image_id", "label", "width_px", "height_px", "n_bytes"]
    if missing := [name for name in needed if name not in table]:
        raise TableError(
            f"the table has no column {', '.join(missing)}",
            where="the table of pictures",
            way_out="join the fingerprints' table to it",
        )
    work = pd.DataFrame({"group": np.asarray(group, np.int64)}, index=table.index)
    work["image_id"] = table["image_id"].astype(str)
    work["n_pixels"] = table["width_px"].astype(np.int64) * table["height_px"]
    work["n_bytes"] = table["n_bytes"]
    work["agrees"] = _agrees(table["label"].astype(str), work["group"])
    rules = [rule for rule, _ in _RULES]
    reasons = _reasons(work)
    order = work.sort_values(
        ["group", *rules, "image_id"], ascending=[True, False, False, False, True]
    )
    first = order.drop_duplicates("group").set_index("group")
    kept = work["image_id"] == work["group"].map(first["image_id"])
    return pd.DataFrame(
        {
            "image_id": work["image_id"],
            "group": work["group"],
            "n_in_group": work.groupby("group")["group"].transform("size"),
            "kept": kept,
            "kept_instead": work["group"].map(first["image_id"]),
            "reason": [reasons.get(name, "") for name in work["group"]],
        },
        index=table.index,
    )


def _agrees(label: pd.Series, group: pd.Series) -> pd.Series:
    """Tell which pictures have the commonest label of their group (ties: all of it)."""
    n_same = label.groupby([group, label]).transform("size")
    return n_same == n_same.groupby(group).transform("max")


def _reasons(work: pd.DataFrame) -> dict[int, str]:
    """Return, for groups of two or more, the rule that left a single picture."""
    several = work[work.duplicated("group", keep=False)]
    reasons = {}
    for rule, words in _RULES:
        best = several[rule] == several.groupby("group")[rule].transform("max")
        several = several[best]
        left = several.groupby("group").size()
        decided = left[left == 1].index
        reasons |= {int(name): words for name in decided if name not in reasons}
        several = several[~several["group"].isin(decided)]
    return reasons | {int(name): "first by name" for name in several["group"].unique()}


def summary(title: str, numbers: dict[str, object]) -> str:
    """Write the numbers of a search as aligned lines, for a text file.

    Parameters
    ----------
    title : str
        First line.
    numbers : dict of str to object
        Name -> number or word; floats are written with four digits.

    Returns
    -------
    str
        With a line end at the end.
    """
    width = max(map(len, numbers), default=0)
    lines = [title, "=" * len(title)]
    for name, value in numbers.items():
        shown = f"{value:.4f}" if isinstance(value, float) else f"{value}"
        lines.append(f"{name:<{width}}  {shown}")
    return "\n".join(lines) + "\n"
