"""Near-duplicate search: against a Python pair loop, and against the product alone."""

import subprocess
import sys
from time import perf_counter

import numpy as np

from helpers.features import neighbours

THRESHOLD, DIMENSION = 0.93, 768
N_SMALL, N_LOOP, N_LARGE = 10_000, 1_000, 100_000
MOST_BYTES = 2_000_000_000


def measure() -> list[dict]:
    """Return a row for 10,000 vectors and one for 100,000 (memory: at most 2 GB)."""
    return [_small(), _large()]


def vectors(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return random vectors, and the pairs in which one is a near copy of the other."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, DIMENSION), dtype=np.float32)
    copies = rng.permutation(n)[: n // 10].reshape(2, -1)
    noise = rng.uniform(0, 0.8, (copies.shape[1], 1)).astype(np.float32)
    X[copies[1]] = X[copies[0]] + noise * X[copies[1]]
    return X, copies


def planted_pairs(X: np.ndarray, copies: np.ndarray) -> set[tuple[int, int]]:
    """Return the planted pairs above the threshold; no other pair comes near.

    The cosine of two random vectors has a standard deviation of 1 / sqrt(768) = .036.
    """
    a, b = X[copies[0]].astype(np.float64), X[copies[1]].astype(np.float64)
    cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    low, high = np.sort(copies[:, cosine >= THRESHOLD], axis=0).tolist()
    return set(zip(low, high, strict=True))


def product_alone(X: np.ndarray, block_rows: int) -> None:
    """Multiply the same blocks and look at none: what cannot be undercut."""
    product = np.empty((block_rows, block_rows), dtype=np.float32)
    for top in range(0, len(X), block_rows):
        for left in range(top, len(X), block_rows):
            rows, columns = X[top : top + block_rows], X[left : left + block_rows]
            np.matmul(rows, columns.T, out=product[: len(rows), : len(columns)])


def pair_loop(X: np.ndarray) -> dict[tuple[int, int], float]:
    """Compare each with each, as the published projects wrote it."""
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    found = {}
    for i in range(len(unit)):
        for j in range(i + 1, len(unit)):
            similarity = float(np.dot(unit[i], unit[j]))
            if similarity >= THRESHOLD:
                found[i, j] = similarity
    return found


def _timed(function, *arguments) -> tuple[float, object]:
    start = perf_counter()
    answer = function(*arguments)
    return perf_counter() - start, answer


def _small() -> dict:
    X, _ = vectors(N_SMALL)
    ours, alone, loops = [], [], []
    for _ in range(5):  # in turn, so that other work on the machine meets all three
        alone.append(_timed(product_alone, X, neighbours.BLOCK_ROWS)[0])
        seconds, pairs = _timed(neighbours.near_pairs, X, THRESHOLD)
        ours.append(seconds)
        seconds, slow = _timed(pair_loop, X[:N_LOOP])
        loops.append(seconds)
    inside = pairs[(pairs["i"] < N_LOOP) & (pairs["j"] < N_LOOP)]
    assert set(zip(inside["i"], inside["j"], strict=True)) == set(slow) and len(slow)
    scale = (N_SMALL * (N_SMALL - 1)) / (N_LOOP * (N_LOOP - 1))
    return {
        "step": f"near-duplicates (plain: from {N_LOOP:,}), {len(pairs)} pairs",
        "n": N_SMALL,
        "seconds": min(ours),
        "plain_seconds": min(loops) * scale,
        "limit_seconds": min(alone),
        "goal": ">= 50 x pair loop, >= 50 % of the product alone",
        "same_answer": True,
    }


def _large() -> dict:
    # A process of its own: the peak of memory is the process's, not the search's.
    command = [sys.executable, "-m", "tests.benchmarks.near_duplicates"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    ours, alone, n_pairs, peak_bytes = map(float, done.stdout.split())
    assert peak_bytes <= MOST_BYTES, f"{peak_bytes:,.0f} bytes"
    return {
        "step": f"near-duplicates, {n_pairs:.0f} pairs, peak {peak_bytes / 1e9:.2f} GB",
        "n": N_LARGE,
        "seconds": ours,
        "plain_seconds": None,
        "limit_seconds": alone,
        "goal": "<= 2 GB, >= 50 % of the product alone",
        "same_answer": True,
    }


def _peak_bytes() -> int:
    """Return this process's largest resident memory."""
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return psutil.Process().memory_info().peak_wset
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _child() -> None:
    X, copies = vectors(N_LARGE)
    ours, alone = [], []
    for _ in range(2):  # in turn, as above; a minute each
        seconds, pairs = _timed(neighbours.near_pairs, X, THRESHOLD)
        ours.append(seconds)
        peak = _peak_bytes()
        alone.append(_timed(product_alone, X, neighbours.BLOCK_ROWS)[0])
    found = set(zip(pairs["i"].tolist(), pairs["j"].tolist(), strict=True))
    assert found == planted_pairs(X, copies)
    print(min(ours), min(alone), len(pairs), peak)


if __name__ == "__main__":
    _child()
