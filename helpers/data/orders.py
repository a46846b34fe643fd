"""What is to be fetched: one order per row of a table, refused ones with the reason."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers.base.errors import AddressRefusedError, TableError, UnsafePathError
from helpers.base.paths import child_of
from helpers.data.addresses import PrivateAddressError, check_address, host_of
from helpers.data.fetch_errors import FetchError
from helpers.data.rebuilding import Patterns, learn_patterns, rebuild_address
from helpers.storage.atomic import PARTIAL_SUFFIX

COLUMNS = ("image_id", "url", "url_alphanum")


@dataclass(frozen=True)
class Order:
    """One picture to fetch.

    Attributes
    ----------
    image_id : str
        Names the file.
    url : str
        As the table has it, or rebuilt.
    url_rebuilt : bool
        Whether it was rebuilt.
    host : str
        "" where the address is refused.
    path, partial : Path
        The finished file, and the one on its way.
    refused : FetchError or None
        Why nothing is fetched.
    """

    image_id: str
    url: str
    url_rebuilt: bool
    host: str
    path: Path
    partial: Path
    refused: FetchError | None = None


def plan(table: pd.DataFrame, folder: Path, trusted: Collection[str]) -> list[Order]:
    """Turn the rows of a table into orders.

    Parameters
    ----------
    table : DataFrame
        Columns image_id, url and url_alphanum.
    folder : Path
        Where the pictures go; nothing is written.
    trusted : collection of str
        Hosts that are not asked whether they are public.

    Returns
    -------
    list of Order
        In the table's order.

    Raises
    ------
    TableError
        If a column is missing or an image_id repeats, also if only but for case.
    UnsafePathError
        If an image_id would lead out of `folder`.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise TableError(f"the table lacks {', '.join(missing)}", where="download")
    ids = table["image_id"].astype(str)
    repeated = ids[ids.str.lower().duplicated()]
    if len(repeated):
        way_out = "an id names a file; give each row its own"
        raise TableError("an image_id repeats", repeated.iloc[0], way_out)
    paths = [_path_of(folder, name) for name in ids]
    urls = table["url"].fillna("").astype(str).str.strip()
    patterns = learn_patterns(url for url in urls if url.startswith("http"))
    rows = zip(ids, paths, urls, table["url_alphanum"], strict=True)
    return [_order(*row, patterns, trusted) for row in rows]


def _path_of(folder: Path, image_id: str) -> Path:
    path = child_of(folder, f"{image_id}.jpg")
    if path.parent != folder or "\\" in image_id or image_id.startswith("."):
        raise UnsafePathError(
            f"the id {image_id!r} is no file name",
            where="image_id",
            way_out="correct the table; nothing was fetched",
        )
    return path


def _order(
    image_id: str,
    path: Path,
    url: str,
    url_alphanum: object,
    patterns: Patterns,
    trusted: Collection[str],
) -> Order:
    refused, host, rebuilt = None, "", False
    if not url:
        candidates = rebuild_address(url_alphanum, patterns)
        if len(candidates) == 1:
            url, rebuilt = candidates[0], True
        elif candidates:
            detail = f"{len(candidates)} addresses fit: {' '.join(candidates[:4])}"
            refused = FetchError("ambiguous_address", detail, image_id)
        else:
            detail = f"no address fits {url_alphanum}"
            refused = FetchError("no_address", detail, image_id)
    if refused is None:
        try:
            host = host_of(check_address(url, trusted))
        except PrivateAddressError as error:
            refused = FetchError("private_address", error.what, error.where)
        except AddressRefusedError as error:
            refused = FetchError("bad_address", error.what, error.where)
    partial = path.with_name(f".{path.stem}{PARTIAL_SUFFIX}")
    return Order(image_id, url, rebuilt, host, path, partial, refused)
