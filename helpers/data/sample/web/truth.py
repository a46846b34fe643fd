"""What the sample's web does wrong on purpose, and how each row ought to end."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from helpers.data.connections import Resolve
from helpers.data.sample.web import server

_SURVIVED = ("downloaded",)

ENDS = {
    "404": ("404",),
    "410": ("410",),
    "403": ("403",),
    "500": ("5xx",),
    "503": ("5xx",),
    "429_always": ("429",),
    "timeout": ("timeout",),
    "stall": ("stalled",),
    "slow": ("stalled",),
    "redirect_loop": ("redirect_loop",),
    "redirect_private": ("private_address",),
    "redirect_loopback": ("private_address",),
    "redirect_file": ("redirect_refused",),
    "html": ("not_a_picture",),
    "truncated": ("truncated",),
    "zero": ("empty",),
    "too_large": ("too_large",),
    "endless": ("too_large", "stalled"),
    "gzip_bomb": ("too_large", "encoding"),
}
"""Fault -> reasons that are right; a fault that is not here can be survived."""


@contextmanager
def serve_if_sample(data: Path) -> Iterator[Resolve]:
    """Serve the sample's web while the block runs; do nothing for real data.

    Parameters
    ----------
    data : Path
        The data folder.

    Yields
    ------
    dict of str to (str, int)
        Host -> place on this machine; empty for real data.
    """
    is_sample = (data / "web.json").is_file()
    web = server.serve_sample(data) if is_sample else contextlib.nullcontext({})
    with web as resolve:
        yield resolve


def score_faults(fates: pd.DataFrame, data: Path) -> pd.DataFrame | None:
    """Say for every planted fault whether the download ended as it should.

    Parameters
    ----------
    fates : DataFrame
        From `helpers.data.download.fetch_all`.
    data : Path
        The data folder.

    Returns
    -------
    DataFrame or None
        Columns image_id, fault, expected (the words that are right, with " or "
        between), outcome, n_tries, right (bool); None for real data.
    """
    path = data / "web.json"
    if not path.is_file():
        return None
    faults = json.loads(path.read_text(encoding="utf-8"))["faults"]
    asked = fates["fate"].ne("already_there")  # the others were not put to the test
    rows = fates[asked & fates["url"].isin(list(faults))].copy()
    rows["fault"] = rows["url"].map(faults)
    rows["outcome"] = rows["reason"].where(rows["fate"].eq("failed"), rows["fate"])
    ends = rows["fault"].map(lambda fault: ENDS.get(fault, _SURVIVED))
    rows["expected"] = ends.map(" or ".join)
    pairs = zip(rows["outcome"], ends, strict=True)
    rows["right"] = [outcome in right for outcome, right in pairs]
    columns = ["image_id", "fault", "expected", "outcome", "n_tries", "right"]
    return rows[columns].reset_index(drop=True)
