"""A file on its way, and beside it the note that says which version of it it is."""

import json
from collections.abc import Mapping
from pathlib import Path


def version_of(headers: Mapping[str, str]) -> str:
    """Return what names this version of a file: its strong ETag, else its date.

    Parameters
    ----------
    headers : mapping of str to str
        An answer's headers.

    Returns
    -------
    str
        Fit for ``If-Range``; "" where the server gives neither.
    """
    etag = headers.get("ETag", "")
    strong = bool(etag) and not etag.startswith("W/")
    return etag if strong else headers.get("Last-Modified", "")


class Partial:
    """A file being fetched and, beside it, which version of which address it is.

    Parameters
    ----------
    path : Path
        The file; the note has the same name and ``.json``.
    address : str
        Where it comes from.
    """

    def __init__(self, path: Path, address: str) -> None:
        self.path, self.address = path, address
        self.note = path.with_name(path.name + ".json")

    def resumable(self) -> tuple[int, str]:
        """Return how much can be continued.

        Returns
        -------
        (int, str)
            Bytes that are there and their version; (0, "") to begin at the beginning.
        """
        try:
            note = json.loads(self.note.read_text("utf-8"))
            n_bytes = self.path.stat().st_size
            if note["address"] == self.address and note["validator"] and n_bytes:
                return n_bytes, str(note["validator"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # none there, or killed while writing the note: begun again
        return 0, ""

    def describe(self, validator: str) -> None:
        """Note which version the bytes to come belong to.

        Parameters
        ----------
        validator : str
            From `version_of`.
        """
        note = {"address": self.address, "validator": validator}
        self.note.write_text(json.dumps(note), "utf-8")

    def forget(self) -> None:
        """Remove the file and the note, where they are."""
        # The note goes first: bytes without a note are never resumed.
        self.note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
