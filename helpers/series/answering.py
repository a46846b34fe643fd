"""Pictures of a folder handed to a model in blocks; its answers as rows and masks."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from helpers.base import progress
from helpers.base.errors import DataMissingError, ParameterError
from helpers.base.paths import shown
from helpers.data import layout
from helpers.evaluate import answer_checks
from helpers.images import batches, decode, inputs, mask_sizes, resize
from helpers.series import prediction_folder
from helpers.storage import atomic, hashes

_BLOCK_BYTES, _MIN_BLOCK, _MAX_BLOCK = 1 << 26, 16, 256

_WRITERS = 4  # a mask of 50 megapixels takes 300 MB on its way

Problems = list[tuple[str, str, str]]
"""Picture, kind of fault, detail."""


class Preparation(NamedTuple):
    """How pictures become a model's inputs, as its ``model.json`` says."""

    size_px: int
    fit: resize.Fit
    inputs: tuple[str, ...]


class Ask(NamedTuple):
    """Whom to ask, and where its masks go.

    Attributes
    ----------
    answer : callable
        Input name -> uint8 (n, size_px, size_px, 3), to a pair: probabilities, float
        (n, n_labels) or None; masks, float (n, size_px, size_px) or None.
    how : Preparation
        How the pictures are prepared.
    labels : sequence of str
        The label table.
    folder : Path
        Masks are written below it.
    """

    answer: Callable[[Mapping[str, np.ndarray]], tuple]
    how: Preparation
    labels: Sequence[str]
    folder: Path


def find_pictures(images: Path) -> dict[str, Path]:
    """Return the pictures below a folder.

    Parameters
    ----------
    images : Path
        Folders in it are entered; hidden files, and those whose names do not end like
        a picture's, are passed over.

    Returns
    -------
    dict of str to Path
        Path below `images`, with forward slashes, -> path.

    Raises
    ------
    DataMissingError
        If there is no such folder, or no picture in it.
    """
    where = f"--images {shown(images)}"
    if not images.is_dir():
        what = "that is a file" if images.exists() else "there is no such folder"
        way_out = "name the folder that holds the pictures"
        raise DataMissingError(what, where, way_out)
    found = {}
    for path in hashes.list_files(images):
        if path.suffix.lower() in layout.PICTURE_SUFFIXES:
            name = path.relative_to(images).as_posix()
            # Linux allows file names that are no text; a table does not.
            found[name.encode("utf-8", "backslashreplace").decode()] = path
    if not found:
        endings = ", ".join(sorted(layout.PICTURE_SUFFIXES))
        way_out = f"the names of pictures end in {endings}"
        raise DataMissingError("the folder holds no pictures", where, way_out)
    return found


def answers(
    pictures: Mapping[str, Path], ask: Ask, problems: Problems
) -> Iterator[pd.DataFrame]:
    """Let a model answer block by block, so that memory is bounded.

    Parameters
    ----------
    pictures : mapping of str to Path
        As `find_pictures` returns them.
    ask : Ask
        Whom to ask, and where its masks go.
    problems : list of (str, str, str)
        Pictures that cannot be read are added: picture, kind, detail.

    Yields
    ------
    DataFrame
        A row for each picture that could be read, in order: picture; label and
        ``p_<label>`` of a model with labels; mask and lesion_share of one with masks.

    Raises
    ------
    ParameterError
        If the answers are no probabilities, or masks do not fit the pictures.
    """
    names, paths = list(pictures), list(pictures.values())
    masks = prediction_folder.mask_names(names)
    size_px, fit, wanted = ask.how
    fitting = _BLOCK_BYTES // (3 * size_px**2 * len(wanted))
    step = min(_MAX_BLOCK, max(_MIN_BLOCK, fitting))
    with progress.bar("predicting", len(paths)) as bar:
        for start in range(0, len(paths), step):
            some = paths[start : start + step]
            batch = batches.decode_all(some, size_px, fit)
            for row in batch.problems.itertuples():
                problems.append((names[start + row.Index], row.kind, row.detail))
            kept = [start + position for position in batch.kept]
            if kept:
                found = ask.answer(inputs.make_inputs(batch.pictures, wanted))
                rows = pd.DataFrame({"picture": [names[i] for i in kept]})
                places = {masks[i]: paths[i] for i in kept}
                yield rows.assign(**_columns(found, ask, places))
            bar.update(len(some))


def _columns(found: tuple, ask: Ask, places: Mapping[str, Path]) -> dict:
    """Return the answers as columns, after writing the masks among them."""
    y_prob, masks = found
    columns = {}
    if y_prob is not None:
        answer_checks.check_probabilities(y_prob)
        names = np.asarray(ask.labels, dtype=object)
        columns["label"] = names[y_prob.argmax(axis=1)]
        columns |= {f"p_{name}": y_prob[:, k] for k, name in enumerate(ask.labels)}
    if masks is not None:
        _check_masks(masks, ask.how)
        with ThreadPoolExecutor(_WRITERS) as pool:
            folders = [ask.folder] * len(masks)
            shares = pool.map(_write_mask, folders, places, places.values(), masks)
            columns |= {"mask": list(places), "lesion_share": list(shares)}
    return columns


def _check_masks(masks: np.ndarray, how: Preparation) -> None:
    if how.fit != "squash":
        raise ParameterError(
            f"masks of pictures prepared by {how.fit!r} do not lie over the pictures",
            where="model.json, preparation",
            way_out="train the model on pictures prepared by 'squash'",
        )
    if not np.isfinite(masks).all():
        raise ParameterError(
            "the masks hold NaN or infinity",
            where="the model",
            way_out="train again: the model is broken",
        )


def _write_mask(folder: Path, name: str, picture: Path, mask: np.ndarray) -> float:
    """Write a mask in its picture's own size; return the share that is lesion."""
    size = decode.measure(picture)
    lesion = mask_sizes.at_size(mask, size.height_px, size.width_px)
    content = io.BytesIO()
    Image.fromarray(lesion.astype(np.uint8) * 255).save(content, "PNG")
    atomic.write_bytes(folder / name, content.getvalue())
    return round(float(lesion.mean()), 6)
