"""Vectors on disk: shards that appear whole or not at all, found again by picture.

A folder belongs to one set of facts (encoder, weights, preparation). A shard is three
files: ``shard-H.csv`` lists its pictures, ``shard-H.npy`` holds a vector for each that
is sound, and ``shard-H.npy.json``, written last, makes the two count: it has the hashes
of both. H is the hash of what is in it: who writes it twice writes the same.
"""

import json
import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.base.errors import ArtefactMissingError, ProjectError
from helpers.base.paths import shown
from helpers.storage import arrays, hashes, tables

COLUMNS = ["path", "sha256", "kind", "detail"]
"""Of a shard's table; a picture without a kind (of fault) has the next vector."""


def write_shard(
    folder: Path,
    X: np.ndarray,
    index: pd.DataFrame,
    facts: dict[str, Any],
    seconds: float,
) -> Path:
    """Write one shard.

    Parameters
    ----------
    folder : Path
        Of these facts; made where it is missing.
    X : ndarray of float32 or float16, shape (n_sound, dimension)
        The vectors, all finite.
    index : DataFrame
        The `COLUMNS`, all text: one row per picture, n_sound of them with an empty
        ``kind``, in the order of `X`. ``path`` is for people; ``sha256``, the hash of
        the file's bytes, is what a picture is known by.
    facts : dict
        What decides a vector, in words of JSON.
    seconds : float
        How long reading and encoding took.

    Returns
    -------
    Path
        The ``.npy`` file.

    Raises
    ------
    DiskError
        If the disk is full or read-only; what is there then does not count.
    """
    # A name that is not Unicode, which Linux allows, is for people here: escaped.
    index = index.assign(path=[_as_unicode(path) for path in index["path"]])
    content = [index[COLUMNS].values.tolist(), hashes.hash_bytes(X.tobytes())]
    path = folder / f"shard-{hashes.hash_json(content)[:16]}.npy"
    table = tables.write_table(path.with_suffix(".csv"), index[COLUMNS])
    proof = hashes.hash_file(table)
    return arrays.save_array(path, X, facts=facts, index=proof, seconds=seconds)


def _as_unicode(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class ShardReader:
    """Gathers the vectors of given pictures from a folder's shards.

    One shard is open at a time: neither memory nor open files grow with their number.

    Parameters
    ----------
    folder : Path
        Need not exist.
    facts : dict
        What decides a vector; shards of other facts are not used.
    keys : sequence of str
        The pictures, each once: SHA-256 of the files' bytes.
    dimension : int
        Length of a vector.

    Attributes
    ----------
    X : ndarray of float32, shape (n_keys, dimension)
        Row k belongs to ``keys[k]``, and means something where ``found[k]``.
    found : ndarray of bool, shape (n_keys,)
        Which pictures have a vector.
    faults : dict of str to (str, str)
        Key -> kind and detail, for the pictures known to have none.
    """

    def __init__(
        self,
        folder: Path,
        facts: dict[str, Any],
        keys: Sequence[str],
        dimension: int,
    ) -> None:
        self.X = np.empty((len(keys), dimension), dtype=np.float32)
        self.found = np.zeros(len(keys), dtype=bool)
        self.faults: dict[str, tuple[str, str]] = {}
        self._folder, self._facts = folder, facts
        self._keys = pd.Index(keys, dtype=object)
        self._taken: set[Path] = set()
        self._refused: set[Path] = set()
        self._timings: list[tuple[int, float]] = []

    def read(self) -> None:
        """Read the shards that appeared since the last time.

        Warns
        -----
        UserWarning
            If a shard was changed, cut, or belongs to other facts; it is not used.
        """
        refused = {}
        # A shard without its header was never finished: killed, or still being written.
        headers = self._folder.glob(f"shard-*.npy{arrays.HEADER_SUFFIX}")
        for header in sorted(set(headers) - self._taken):
            try:
                self._take(header)
                self._taken.add(header)
            except (ProjectError, OSError, KeyError, TypeError, ValueError) as error:
                refused[header] = getattr(error, "what", repr(error))
        # One refused before is tried again, in case it was made anew; but told once.
        if new := [refused[header] for header in refused.keys() - self._refused]:
            self._refused |= refused.keys()
            warnings.warn(
                f"{len(new)} damaged or foreign shards in {shown(self._folder)} are "
                f"not used ({min(new)}); what they held is encoded again. If this is "
                "said every time, delete that folder",
                stacklevel=3,
            )

    def missing(self) -> list[str]:
        """Return the keys of pictures with neither vector nor fault, in order."""
        return [*self._keys[~(self.found | self._keys.isin([*self.faults]))]]

    def vectors(self, keys: Sequence[str]) -> np.ndarray:
        """Return the vectors of pictures, one row for each.

        Parameters
        ----------
        keys : sequence of str
            Of those wanted, in any order and number.

        Returns
        -------
        ndarray of float32, shape (n, dimension)
            Read-only.

        Raises
        ------
        ArtefactMissingError
            If a picture has none, though its shard should have been written.
        """
        rows = self._keys.get_indexer(keys)
        if not self.found[rows].all():
            raise ArtefactMissingError(
                f"{(~self.found[rows]).sum()} vectors did not arrive",
                where=shown(self._folder),
                way_out="give the workers a folder that all of them see",
            )
        all_in_order = np.array_equal(rows, np.arange(len(self.X)))
        X = self.X if all_in_order else self.X[rows]
        X.flags.writeable = False
        return X

    def images_per_second(self) -> float | None:
        """Return the rate at which the vectors gathered so far were once computed.

        Returns
        -------
        float or None
            Per process, over whole shards; None where there is none.
        """
        # fsum: the same figure whatever the order in which the shards were read.
        seconds = math.fsum(seconds for _, seconds in self._timings)
        return sum(n for n, _ in self._timings) / seconds if seconds else None

    def _take(self, header: Path) -> None:
        """Check one shard and copy what it has of the pictures wanted."""
        path = header.with_suffix("")
        table = path.with_suffix(".csv")
        index = tables.read_csv_strictly(table, COLUMNS, COLUMNS)
        sound = (index["kind"] == "").to_numpy()
        X = arrays.load_array(
            path,
            mmap=True,
            facts=self._facts,
            index=hashes.hash_file(table),
            shape=(int(sound.sum()), self.X.shape[1]),
        )
        seconds = float(json.loads(header.read_text(encoding="utf-8"))["seconds"])
        place = self._keys.get_indexer(index["sha256"])
        rows = np.flatnonzero(place[sound] >= 0)
        if len(rows):
            wanted = place[sound][rows]
            self.X[wanted] = X[rows]
            self.found[wanted] = True
            self._timings.append((len(X), seconds))
        bad = index[~sound & (place >= 0)]
        told = zip(bad["kind"], bad["detail"], strict=True)
        self.faults.update(zip(bad["sha256"], told, strict=True))
