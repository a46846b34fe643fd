"""Plans become files: drawn in parallel processes, one task at a time."""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

import cv2
import numpy as np

from helpers.base.progress import track
from helpers.base.seeds import generator_for
from helpers.data.sample.painting import drawing
from helpers.data.sample.planting import files
from helpers.data.sample.planting.alterations import alter
from helpers.data.sample.planting.shots import Shot

_CHUNK = 4


@dataclass(frozen=True)
class Made:
    """One finished picture.

    Parameters
    ----------
    shot : Shot
        What was planned.
    image_id, path : str
        As its loader will say them.
    condition : str
        What was drawn; for an off-topic picture, also what it shows.
    ita_deg : float
        Of the skin; NaN without skin.
    n_hairs : int
        Hairs across the lesion.
    has_ruler, has_vignette, has_glare : bool
        Artefacts.
    """

    shot: Shot
    image_id: str
    path: str
    condition: str
    ita_deg: float
    n_hairs: int
    has_ruler: bool
    has_vignette: bool
    has_glare: bool


def make_all(
    tasks: Sequence[list[Shot]], folder: Path, seed: int, n_jobs: int
) -> list[Made]:
    """Draw every task's pictures into `folder`.

    Parameters
    ----------
    tasks : sequence of list of Shot
        From the plans.
    folder : Path
        Existing; gets the data sets' folders.
    seed : int
        The sample's seed.
    n_jobs : int
        Processes; with 1, this one draws.

    Returns
    -------
    list of Made
        In the order of the tasks, the same for any `n_jobs`.
    """
    jobs = [(task, str(folder), seed) for task in tasks]
    if n_jobs == 1:
        done = [_make_task(job) for job in track(jobs, "drawing", unit="scenes")]
        return [made for task in done for made in task]
    # spawn: the same on every system, and safe beside the threads of a notebook.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(n_jobs, context, initializer=_start_worker)
    try:
        results = pool.map(_make_task, jobs, chunksize=_CHUNK)
        progress = track(results, "drawing", n_items=len(jobs), unit="scenes")
        return [made for task in progress for made in task]
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker() -> None:
    cv2.setNumThreads(1)  # the processes are the threads
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when the one who drew is killed: nobody would tell it."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _make_task(job: tuple[list[Shot], str, int]) -> list[Made]:
    task, folder, seed = job
    contents: dict[str, tuple[bytes, np.ndarray, drawing.Drawing]] = {}
    made = []
    for shot in task:
        rng = generator_for(seed, shot.dataset, shot.image_id)
        if shot.alteration:
            jpeg, mask, drawn = _copy(rng, shot, *contents[shot.duplicate_of])
        else:
            drawn = _draw(rng, shot, seed)
            jpeg = files.make_odd(drawn.rgb, shot.oddity, shot.quality)
            mask = drawn.mask
        contents[shot.image_id] = jpeg, mask, drawn
        image_id, path = _name(shot, jpeg)
        _write(Path(folder), shot, path, jpeg, mask)
        made.append(_describe(shot, image_id, path, drawn))
    return made


def _draw(rng: np.random.Generator, shot: Shot, seed: int) -> drawing.Drawing:
    size = shot.height_px, shot.width_px
    if shot.off_topic:
        return drawing.draw_off_topic(rng, *size)
    scene_rng = generator_for(seed, shot.dataset, shot.scene)
    scene_seed = int(scene_rng.integers(2**31))
    if shot.dataset == "ham10000":
        return drawing.draw_dermoscopy(
            rng, shot.condition, shot.skin_type, *size, lesion_seed=scene_seed
        )
    return drawing.draw_clinical(
        rng,
        shot.region,
        shot.condition,
        shot.skin_type,
        *size,
        scene_seed=scene_seed if shot.seeded else None,
    )


def _copy(
    rng: np.random.Generator,
    shot: Shot,
    jpeg: bytes,
    mask: np.ndarray,
    drawn: drawing.Drawing,
) -> tuple[bytes, np.ndarray, drawing.Drawing]:
    if shot.alteration != "exact":
        rgb, mask = alter(rng, files.decode_rgb(jpeg), mask, shot.alteration)
        return files.encode_jpeg(rgb, shot.quality), mask, drawn
    if shot.dataset == "fitzpatrick17k" or rng.random() < 0.25:
        # Same pixels, other bytes: in Fitzpatrick17k every md5 is unique.
        jpeg = files.add_comment(jpeg, f"no. {shot.image_id}")
    return jpeg, mask, drawn


def _name(shot: Shot, jpeg: bytes) -> tuple[str, str]:
    if shot.dataset == "dermnet":
        return shot.image_id, f"dermnet/train/{shot.image_id}"
    if shot.dataset == "fitzpatrick17k":
        md5 = hashlib.md5(jpeg, usedforsecurity=False).hexdigest()
        return md5, f"fitzpatrick17k/images/{md5}.jpg"
    return shot.image_id, f"ham10000/images/{shot.image_id}.jpg"


def _write(folder: Path, shot: Shot, path: str, jpeg: bytes, mask: np.ndarray) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(jpeg)
    if shot.dataset == "ham10000":
        target = folder / "ham10000" / "masks" / f"{shot.image_id}_segmentation.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files.encode_png(mask.astype(np.uint8) * 255))


def _describe(shot: Shot, image_id: str, path: str, drawn: drawing.Drawing) -> Made:
    return Made(
        shot,
        image_id,
        path,
        drawn.condition,
        drawn.ita_deg,
        drawn.n_hairs,
        drawn.has_ruler,
        drawn.has_vignette,
        drawn.has_glare,
    )
