"""Lay one picture over another and say whether their pixels agree."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pandas as pd

from helpers.base import progress
from helpers.features import perceptual

SIDE_PX = 96
N_TILES = 6
FEWEST_TILES = 12
"""Of 36: two pictures must overlap in a third of their area to be compared."""
FINE_FROM, FINE_UNTIL = 0.25, 0.97
"""Matches outside are settled after the coarse step: unrelated, or aligned already."""
_COARSE_PX, _COARSE_EDGE = 24, 2
_PAIRS_AT_ONCE = 512


def thumbnails(pictures: Iterable[np.ndarray]) -> np.ndarray:
    """Shrink pictures to the gray squares that are aligned.

    Parameters
    ----------
    pictures : iterable of ndarray of uint8, shape (height, width, 3)
        RGB pictures, one at a time in memory.

    Returns
    -------
    ndarray of uint8, shape (n, 96, 96)
        Squashed: the alignment finds the aspect ratio as it finds a crop.
    """
    squares = []
    for rgb in pictures:
        gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        smaller = min(gray.shape) >= SIDE_PX
        method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        squares.append(cv2.resize(gray, (SIDE_PX, SIDE_PX), interpolation=method))
    return np.array(squares, dtype=np.uint8).reshape(-1, SIDE_PX, SIDE_PX)


def match_pairs(
    squares: np.ndarray, i: np.ndarray, j: np.ndarray, n_threads: int | None = None
) -> pd.DataFrame:
    """Align pairs of pictures and measure how well their fine structure agrees.

    The orientation that resembles most is taken first; then an affine map is found that
    maximises the enhanced correlation coefficient [1]_, at half and at full size. The
    match is the median, over 6 x 6 tiles, of the correlation of the two pictures
    without their coarse shading (a difference of Gaussians of 1 and 4 px). Two lesions
    that only look alike agree in their shading and outline, so in a few tiles; a copy
    that was cropped, turned, brightened or compressed agrees in most.

    Parameters
    ----------
    squares : ndarray of uint8, shape (n, 96, 96)
        From `thumbnails`.
    i, j : ndarray of int, shape (n_pairs,)
        The pairs.
    n_threads : int, optional
        By default the cores. The result does not depend on it.

    Returns
    -------
    DataFrame
        One row per pair, in order: orientation (int64: `i` was turned so, see
        `perceptual.orient`), match (float64, in [-1, 1]; -1 where too little of the
        two overlaps).

    References
    ----------
    .. [1] Evangelidis & Psarakis (2008). Parametric image alignment using enhanced
       correlation coefficient maximization. IEEE TPAMI 30(10), 1858-1865.
    """
    small = _coarse(squares)

    def work(start: int) -> tuple[np.ndarray, list[float]]:
        """Match one block of pairs."""
        a, b = (side[start : start + _PAIRS_AT_ONCE] for side in (i, j))
        turned = _best_orientation(small[a], small[b])
        rows = zip(a, b, turned, strict=True)
        return turned, [
            _match(np.ascontiguousarray(perceptual.orient(squares[p], k)), squares[q])
            for p, q, k in rows
        ]

    starts = range(0, len(i), _PAIRS_AT_ONCE)
    with ThreadPoolExecutor(n_threads or os.cpu_count()) as pool:
        done = pool.map(work, starts)
        done = list(progress.track(done, "aligning", len(starts), "batches of pairs"))
    orientation = np.concatenate(
        [np.empty(0, np.int64)] + [turned for turned, _ in done]
    )
    match = [value for _, values in done for value in values]
    return pd.DataFrame(
        {"orientation": orientation, "match": np.array(match, dtype=np.float64)}
    )


def _coarse(squares: np.ndarray) -> np.ndarray:
    """Return blurred 20 x 20 squares of zero mean and length 1, to compare at once."""
    inner = slice(_COARSE_EDGE, -_COARSE_EDGE)
    side = _COARSE_PX - 2 * _COARSE_EDGE
    small = np.empty((len(squares), side, side), dtype=np.float32)
    for row, square in enumerate(squares):
        tiny = cv2.resize(square, (_COARSE_PX,) * 2, interpolation=cv2.INTER_AREA)
        tiny = cv2.GaussianBlur(tiny.astype(np.float32), (0, 0), 1)[inner, inner]
        tiny -= tiny.mean()
        small[row] = tiny / max(float(np.linalg.norm(tiny)), 1e-6)
    return small


def _best_orientation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the orientation of each `a` that correlates best with its `b`."""
    correlation = np.empty((perceptual.N_ORIENTATIONS, len(a)))
    for k in range(perceptual.N_ORIENTATIONS):
        turned = np.stack([perceptual.orient(square, k) for square in a])
        correlation[k] = np.einsum("nij,nij->n", turned, b)
    best = correlation.argmax(axis=0)
    # A round lesion, cropped, may resemble itself best when mirrored, by a hair. A
    # copy that was mirrored resembles so by far: less than half the residue.
    by_far = 1 - correlation.max(axis=0) < (1 - correlation[0]) / 2
    return np.where(by_far, best, 0)


def _match(a: np.ndarray, b: np.ndarray) -> float:
    """Return the best match of `a`, moved over `b`, at three stages of alignment."""
    a, b = a.astype(np.float32), b.astype(np.float32)
    detail = _detail(b)
    identity = np.eye(2, 3, dtype=np.float32)
    # Each stage counts: on a picture without structure the search may drift away from
    # where it began.
    match = _agreement(a, detail, identity)
    half = (SIDE_PX // 2,) * 2
    halves = (cv2.resize(side, half, interpolation=cv2.INTER_AREA) for side in (b, a))
    if (found := _align(*halves, identity, 25, 1e-3, blur_px=5)) is None:
        return match
    # Pixel centres of the half size lie at 2 x + .5 of the full size.
    found[:, 2] = 2 * found[:, 2] + 0.5 * (found[:, :2].sum(axis=1) - 1)
    match = max(match, _agreement(a, detail, found))
    if FINE_FROM < match < FINE_UNTIL:
        found = _align(b, a, found, 20, 1e-4, blur_px=3)
        if found is not None:
            match = max(match, _agreement(a, detail, found))
    return match


def _align(b, a, start, n_steps, smallest_gain, blur_px) -> np.ndarray | None:
    kinds = cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS
    criteria = (kinds, n_steps, smallest_gain)
    try:
        return cv2.findTransformECC(
            b, a, start.copy(), cv2.MOTION_AFFINE, criteria, None, blur_px
        )[1]
    except cv2.error:  # no structure, or the search left the picture
        return None


def _detail(gray: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(gray, (0, 0), 1) - cv2.GaussianBlur(gray, (0, 0), 4)


def _agreement(a: np.ndarray, detail: np.ndarray, where: np.ndarray) -> float:
    """Return the median correlation of the tiles that both pictures cover."""
    size, flags = (SIDE_PX, SIDE_PX), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = _detail(cv2.warpAffine(a, where, size, flags=flags))
    seen = cv2.warpAffine(np.ones(size, np.float32), where, size, flags=flags)
    # Beside the edge of what is seen, the difference of Gaussians has seen beyond it.
    inside = cv2.erode((seen > 0.99).astype(np.uint8), np.ones((5, 5)), borderValue=0)
    inside = inside.astype(np.float32)
    moved *= inside
    n = _tile_sums(inside)
    covered = n > 0.6 * (SIDE_PX // N_TILES) ** 2
    if covered.sum() < FEWEST_TILES:
        return -1.0
    n = np.maximum(n, 1)
    mean_a, mean_b = _tile_sums(moved) / n, _tile_sums(detail * inside) / n
    covariance = _tile_sums(moved * detail) / n - mean_a * mean_b
    variance_a = _tile_sums(moved * moved) / n - mean_a**2
    variance_b = _tile_sums(detail * detail * inside) / n - mean_b**2
    scale = np.sqrt(np.maximum(variance_a * variance_b, 1e-12))
    return float(np.clip(np.median((covariance / scale)[covered]), -1, 1))


def _tile_sums(square: np.ndarray) -> np.ndarray:
    side = SIDE_PX // N_TILES
    return square.reshape(N_TILES, side, N_TILES, side).sum(axis=(1, 3))
