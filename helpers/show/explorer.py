"""The cluster browser: a map of pictures in one HTML file that needs nothing else."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from helpers.base.errors import ParameterError
from helpers.show import explorer_columns, sprites, style
from helpers.show.templating import TEMPLATES, make_environment
from helpers.storage import atomic

MAX_PICTURES = 15_000
"""More cannot be told apart on a screen, and the file would pass some 20 MB."""
THUMBNAIL_PX = (8, 128)

_SCRIPTS = [f"explorer{part}.js" for part in ("_data", "_signs", "_map", "_panels")]
_SCRIPTS += ["explorer_filters.js", "explorer.js"]
_STEPS = 65535
_REQUIRED = ("image_id", "path", "cluster", "label")


def write_explorer(
    path: Path,
    table: pd.DataFrame,
    maps: Mapping[str, np.ndarray],
    thumbnails: np.ndarray,
    neighbours: np.ndarray,
    title: str,
    credit: str,
    similarities: np.ndarray | None = None,
) -> Path:
    """Write a page to look at clusters of pictures with; it opens from disk.

    Map, hover, lasso, filters, nearest neighbours and export are in one file that
    fetches nothing. In the exported CSV a text that begins with ``=``, ``+``, ``-``,
    ``@``, a tab or a carriage return has an apostrophe before it, so that no
    spreadsheet takes it for a formula; numbers stay as they are.

    Parameters
    ----------
    path : Path
        The HTML file.
    table : DataFrame
        One row for each picture: image_id and path (text), cluster (int, -1 is noise),
        label (text); optional skin_type (int, may be missing), off_topic (bool),
        off_topic_score and label_doubt (float, NaN where unknown), group. Other
        columns and the index are passed over.
    maps : mapping of str to ndarray of float, shape (n, 2)
        Coordinates by the map's name; the first is shown first. x to the right, y up.
    thumbnails : ndarray of uint8, shape (n, size, size, 3)
        RGB; sizes of 40 to 64 pixels suit most.
    neighbours : ndarray of int, shape (n, k)
        Rows of each picture's neighbours, the nearest first; the picture itself is
        passed over.
    title : str
        What the page shows.
    credit : str
        Source and licence of the pictures.
    similarities : ndarray of float, shape (n, k), optional
        Cosine of each picture and each of its `neighbours`, in [-1, 1].

    Returns
    -------
    Path
        `path`; the same bytes for the same arguments.

    Raises
    ------
    ParameterError
        If there are more than 15,000 pictures, columns are missing, lengths differ,
        coordinates are NaN or infinite (the rows are named), or similarities are no
        cosines.
    DiskError
        If it cannot be written.
    """
    _check(table, maps, thumbnails, neighbours)
    cosines = None if similarities is None else _pack_cosines(similarities, neighbours)
    packed = sprites.pack_pictures(thumbnails)
    data = {
        "n": len(table),
        "k": neighbours.shape[1],
        "columns": (columns := explorer_columns.columns(table)),
        "maps": [{"name": str(m), "xy": _pack_map(maps[m])} for m in maps],
        "neighbours": sprites.pack_numbers(neighbours),
        "similarities": cosines,
        "thumbnail_px": thumbnails.shape[1],
        "cell_px": packed.cell_px,
        "n_columns": packed.n_columns,
        "n_per_sheet": packed.n_per_sheet,
        "hues": style.HUES,
        "ramp": [to_hex(style.SEQUENTIAL(step / 23)) for step in range(24)],
    }
    script = _script()
    template = make_environment().get_template("explorer.html.j2")
    page = template.render(
        title=title,
        credit=credit,
        n=len(table),
        known=[column["key"] for column in columns],
        data=_json(data),
        sheets=packed.sheets,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return atomic.write_text(path, page)


def _check(
    table: pd.DataFrame,
    maps: Mapping[str, np.ndarray],
    thumbnails: np.ndarray,
    neighbours: np.ndarray,
) -> None:
    """Refuse what would make a page that is wrong or does not open."""
    n = len(table)
    if n > MAX_PICTURES:
        raise ParameterError(
            f"{n:,} pictures are more than a page holds ({MAX_PICTURES:,})",
            where="table",
            way_out=f"take a sample: table.sample({MAX_PICTURES}, random_state=rng), "
            "and the same rows of the arrays",
        )
    _check_columns(table)
    if not maps:
        raise ParameterError("there is no map", "maps", "give one by its name")
    for name, xy in maps.items():
        _check_shape(f"maps[{name!r}]", xy, (n, 2))
        if len(rows := np.flatnonzero(~np.isfinite(xy).all(axis=1))):
            raise ParameterError(
                f"{len(rows)} pictures have no place on the map {name!r}",
                where=f"rows {rows[:10].tolist()}",
                way_out="leave these rows out of the table and of every array",
            )
    _check_pictures(n, thumbnails)
    _check_neighbours(n, neighbours)


def _check_columns(table: pd.DataFrame) -> None:
    if missing := [name for name in _REQUIRED if name not in table]:
        raise ParameterError(
            f"the table lacks the column {missing[0]}",
            where="table",
            way_out=f"give it {', '.join(_REQUIRED)}",
        )
    cluster = table["cluster"]
    if not pd.api.types.is_integer_dtype(cluster) or not (cluster >= -1).all():
        raise ParameterError(
            "cluster must be whole numbers from -1 up",
            where="table",
            way_out="number the clusters 0, 1, ...; -1 is noise",
        )


def _check_pictures(n: int, thumbnails: np.ndarray) -> None:
    low, high = THUMBNAIL_PX
    size = thumbnails.shape[1] if thumbnails.ndim == 4 else 0
    if thumbnails.dtype != np.uint8 or not low <= size <= high:
        raise ParameterError(
            f"thumbnails must be uint8, (n, size, size, 3) with a size of {low} to "
            f"{high}; they are {thumbnails.dtype}, {thumbnails.shape}",
            where="thumbnails",
            way_out="resize the pictures to squares of 48 pixels",
        )
    _check_shape("thumbnails", thumbnails, (n, size, size, 3))


def _check_neighbours(n: int, neighbours: np.ndarray) -> None:
    k = neighbours.shape[1] if neighbours.ndim == 2 else 1
    _check_shape("neighbours", neighbours, (n, k))
    is_whole = np.issubdtype(neighbours.dtype, np.integer)
    if not is_whole or (neighbours < 0).any() or (neighbours >= n).any():
        raise ParameterError(
            f"neighbours must be row numbers from 0 to {n - 1}",
            where="neighbours",
            way_out="search them among the very pictures of the table",
        )


def _check_shape(where: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.ndim != len(shape) or array.shape != shape:
        raise ParameterError(
            f"shape {shape} is needed beside a table of {shape[0]:,} rows, "
            f"{array.shape} was given",
            where=where,
            way_out="give every array the rows of the table, in the same order",
        )


def _pack_map(xy: np.ndarray) -> str:
    """Return coordinates as steps of the map's longer side, its centre in the middle.

    One step is a 65,535th: a tenth of a pixel at the widest zoom that still helps.
    """
    xy = np.asarray(xy, dtype=np.float64)
    if not len(xy):
        return ""
    low, high = xy.min(axis=0), xy.max(axis=0)
    side = (high - low).max() or 1.0
    unit = (xy - (low + high) / 2) / side + 0.5
    return sprites.pack_numbers(np.rint(unit * _STEPS))


def _pack_cosines(cosines: np.ndarray, neighbours: np.ndarray) -> str:
    """Return cosines as ten-thousandths above -1."""
    _check_shape("similarities", cosines, neighbours.shape)
    # Sums of products in float32 may pass 1 a little; NaN is not below it.
    if not (np.abs(cosines) < 1.001).all():
        raise ParameterError(
            "similarities must be cosines, from -1 to 1",
            where="similarities",
            way_out="give 1 - cosine distance of each neighbour",
        )
    return sprites.pack_numbers(np.rint((np.clip(cosines, -1, 1) + 1) * 10_000))


def _json(data: Any) -> str:
    """Return JSON that no HTML parser takes for markup, in ASCII."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _script() -> str:
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in _SCRIPTS]
    return "\n" + "\n".join(parts)
