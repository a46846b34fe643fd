"""What became of every row of a download, as a table, and as a record for next time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from helpers.base.errors import PictureError
from helpers.data.fetch_errors import FetchError
from helpers.data.orders import Order
from helpers.images import decode
from helpers.storage import atomic, hashes

RECORDS = ".download.csv"
"""In the folder of the pictures: what each finished file was when it was finished."""

_WHOLE_NUMBERS = ("status", "n_bytes", "width_px", "height_px", "n_tries")


@dataclass(frozen=True)
class Fate:
    """What became of one row.

    Attributes
    ----------
    image_id, url : str
        The row and the address used; `url_rebuilt` where the table had none.
    fate : str
        ``downloaded``, ``already_there`` or ``failed``.
    reason, detail : str
        Of a failure: one word (see `helpers.data.download`) and a sentence.
    status : int or None
        The last HTTP status.
    n_bytes, sha256, width_px, height_px
        Of the file, where there is one.
    n_tries : int
        Requests made; 0 where none was.
    seconds : float
        From the first try to the end, waiting included.
    resumed : bool
        Whether an earlier, partial file was continued.
    path : str
        File name in the folder; "" where there is none.
    """

    image_id: str
    url: str
    url_rebuilt: bool
    fate: str
    reason: str = ""
    detail: str = ""
    status: int | None = None
    n_bytes: int | None = None
    sha256: str = ""
    width_px: int | None = None
    height_px: int | None = None
    n_tries: int = 0
    seconds: float = 0.0
    resumed: bool = False
    path: str = ""


COLUMNS = tuple(field.name for field in fields(Fate))


def failed(order: Order, error: FetchError) -> Fate:
    """Return the fate of a row that has no picture.

    Parameters
    ----------
    order : Order
        The row.
    error : FetchError
        Why.

    Returns
    -------
    Fate
        With the error's reason, text and status.
    """
    return Fate(
        order.image_id,
        # An address with a password is refused; its table must not spread it.
        error.where if error.reason == "bad_address" else order.url,
        order.url_rebuilt,
        "failed",
        reason=error.reason,
        detail=error.what,
        status=error.status,
    )


def find_there(order: Order, record: Fate | None) -> Fate | None:
    """Return the fate of a row whose picture is already there.

    A file that still has its recorded SHA-256 is what was once decoded; any other is
    decoded now, so a file that a kill left unrecorded, or that rotted, is judged too.

    Parameters
    ----------
    order : Order
        The row.
    record : Fate or None
        From `read_records`.

    Returns
    -------
    Fate or None
        None if there is no whole picture under the row's name.
    """
    try:
        n_bytes = order.path.stat().st_size
        sha256 = hashes.hash_file(order.path)
        if record is not None and record.sha256 == sha256:
            width_px, height_px = record.width_px, record.height_px
        else:
            height_px, width_px = decode.decode(order.path).shape[:2]
    except (OSError, PictureError):
        return None
    return Fate(
        order.image_id,
        order.url,
        order.url_rebuilt,
        "already_there",
        n_bytes=n_bytes,
        sha256=sha256,
        width_px=width_px,
        height_px=height_px,
        path=order.path.name,
    )


def to_frame(rows: Sequence[Fate], order: Sequence[str]) -> pd.DataFrame:
    """Return fates as a table.

    Parameters
    ----------
    rows : sequence of Fate
        One per image_id, in any order.
    order : sequence of str
        The image_ids as the table is to have them.

    Returns
    -------
    DataFrame
        The columns of `Fate`; whole numbers are Int64, missing where unknown.
    """
    by_id = {fate.image_id: fate for fate in rows}
    frame = pd.DataFrame([asdict(by_id[name]) for name in order], columns=COLUMNS)
    return frame.astype({name: "Int64" for name in _WHOLE_NUMBERS})


def read_records(folder: Path) -> dict[str, Fate]:
    """Return what is known of the files in `folder` from an earlier download.

    Parameters
    ----------
    folder : Path
        Of the pictures.

    Returns
    -------
    dict of str to Fate
        By image_id; empty where there is no record, or one that cannot be read: the
        files are then decoded once more.
    """
    try:
        frame = pd.read_csv(folder / RECORDS, dtype={"image_id": str, "sha256": str})
        sizes = frame[["width_px", "height_px"]].astype(int)
        return {
            name: Fate(name, "", False, "", sha256=digest, width_px=w, height_px=h)
            for name, digest, w, h in zip(
                frame["image_id"],
                frame["sha256"],
                sizes["width_px"].tolist(),
                sizes["height_px"].tolist(),
                strict=True,
            )
        }
    except (OSError, ValueError, KeyError):
        return {}


def write_records(folder: Path, frame: pd.DataFrame) -> None:
    """Write down what the finished files are.

    Parameters
    ----------
    folder : Path
        Of the pictures.
    frame : DataFrame
        From `to_frame`.

    Raises
    ------
    DiskError
        If it cannot be written; the pictures are as they were.
    """
    finished = frame.loc[frame["path"] != ""]
    columns = ["image_id", "n_bytes", "sha256", "width_px", "height_px"]
    text = finished[columns].to_csv(index=False, lineterminator="\n")
    atomic.write_text(folder / RECORDS, text)
