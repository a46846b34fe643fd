"""The state of a training after an epoch, kept so that a kill loses little."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from helpers.base.errors import ArtefactDamagedError, ArtefactMissingError
from helpers.storage import arrays, atomic

COST_SHARE = 0.05
"""A checkpoint is due when writing it takes at most this share of the time since the
last one."""

_NAME = "epoch-{:06d}.npy"
_PATTERN = re.compile(r"epoch-(\d{6})\.npy(\.json)?")
_N_KEPT = 2  # the newest, and the one before in case that is damaged


class State(NamedTuple):
    """A training after `epoch` whole epochs: its numbers, and facts about them."""

    epoch: int
    tensors: list[np.ndarray]
    facts: dict[str, Any]


class Checkpoints:
    """Checkpoints of one training in a folder of its own.

    Parameters
    ----------
    folder : Path
        Holds nothing else.
    key : str
        Hash of all that decides the training; a checkpoint of another key is not used.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        self._cost_s, self._saved_at = 0.0, time.perf_counter()

    def is_due(self) -> bool:
        """Tell whether enough time has passed for another checkpoint.

        Returns
        -------
        bool
            True after the first epoch: what a checkpoint costs is not known before.
        """
        passed = time.perf_counter() - self._saved_at
        return self._cost_s <= COST_SHARE * passed

    def save(self, state: State) -> None:
        """Write a checkpoint, and remove all but it and the one before.

        Parameters
        ----------
        state : State
            tensors of any shape and dtype; facts in words of JSON.

        Raises
        ------
        DiskError
            If the disk is full or read-only.
        """
        start = time.perf_counter()
        flat = [tensor.reshape(-1).view(np.uint8) for tensor in state.tensors]
        path = self._folder / _NAME.format(state.epoch)
        facts = {"key": self._key, "epoch": state.epoch, "facts": state.facts}
        layout = [[list(one.shape), one.dtype.str] for one in state.tensors]
        arrays.save_array(path, np.concatenate(flat), layout=layout, **facts)
        for old in self._epochs()[_N_KEPT:]:
            self._remove(old)
        self._saved_at = time.perf_counter()
        self._cost_s = self._saved_at - start

    def load(self) -> State | None:
        """Return the newest state that is whole and of this training, if there is one.

        Returns
        -------
        State or None
            As it was saved. What is damaged or of another key is removed.
        """
        for epoch in self._epochs():
            path = self._folder / _NAME.format(epoch)
            try:
                together = arrays.load_array(path, key=self._key, epoch=epoch)
            except (ArtefactDamagedError, ArtefactMissingError):
                self._remove(epoch)
                continue
            header = arrays.read_header(path)
            return State(epoch, _apart(together, header["layout"]), header["facts"])
        return None

    def clear(self) -> None:
        """Remove all checkpoints, and the folder if nothing else is in it."""
        for epoch in self._epochs():
            self._remove(epoch)
        for partial in self._folder.glob(f".*{atomic.PARTIAL_SUFFIX}"):
            partial.unlink()  # of a process that was killed while it wrote
        if self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()

    def _epochs(self) -> list[int]:
        """Return the epochs of which there is a file, newest first."""
        if not self._folder.is_dir():
            return []
        matches = (_PATTERN.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted({int(match[1]) for match in matches if match}, reverse=True)

    def _remove(self, epoch: int) -> None:
        path = self._folder / _NAME.format(epoch)
        path.unlink(missing_ok=True)
        path.with_name(path.name + arrays.HEADER_SUFFIX).unlink(missing_ok=True)


def _apart(together: np.ndarray, layout: Sequence) -> list[np.ndarray]:
    """Take the bytes of `Checkpoints.save` apart again."""
    tensors, start = [], 0
    for shape, dtype in layout:
        n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        tensors.append(together[start : start + n_bytes].view(dtype).reshape(shape))
        start += n_bytes
    return tensors
