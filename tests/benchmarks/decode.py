"""Many large JPEGs to one array: reduced decoding and threads against plain Pillow."""

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from helpers.images import batches

N_PICTURES = 16
WIDTH_PX, HEIGHT_PX, SIZE_PX = 3000, 2000, 224


def measure() -> list[dict]:
    """Return one row; both ways decode the same generated files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [_photo(Path(folder, f"{i}.jpg"), i) for i in range(N_PICTURES)]
        plain_seconds, ours_seconds = [], []
        for _ in range(3):  # in turn, so that other work on the machine meets both
            start = perf_counter()
            plain = np.stack([_plain(path) for path in paths])
            middle = perf_counter()
            ours = batches.decode_all(paths, SIZE_PX).pictures
            plain_seconds.append(middle - start)
            ours_seconds.append(perf_counter() - middle)
    difference = np.abs(ours.astype(int) - plain).mean()
    assert difference < 2, f"mean difference {difference:.2f} of 255"
    return [
        {
            "step": f"decode {WIDTH_PX} x {HEIGHT_PX} to {SIZE_PX}",
            "n": N_PICTURES,
            "seconds": min(ours_seconds),
            "plain_seconds": min(plain_seconds),
            "limit_seconds": None,
            "goal": ">= 3 x PIL full decode",
            "same_answer": True,
        }
    ]


def _photo(path: Path, seed: int) -> Path:
    """Write a picture with the detail and the grain of a photograph."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(60, 220, (HEIGHT_PX // 40, WIDTH_PX // 40, 3), dtype=np.uint8)
    smooth = Image.fromarray(blobs).resize((WIDTH_PX, HEIGHT_PX), Image.BICUBIC)
    grain = rng.integers(-8, 9, (HEIGHT_PX, WIDTH_PX, 1))
    pixels = np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)
    return path


def _plain(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((SIZE_PX, SIZE_PX)))
