"""The inner loop of UMAP, compiled: imported only when a map is made.

It imports numba, which takes its second; `manifold` does so inside its function.
"""

import numba
import numpy as np


@numba.njit(fastmath=True, nogil=True, cache=True)
def descend(Z, head, tail, period, n_epochs, a, b, state):
    """Move points so that edges pull them together and random others push them away.

    Stochastic gradient descent on UMAP's fuzzy cross entropy, as in umap-learn's
    ``optimize_layout_euclidean`` [McInnes, Healy, Melville 2018, arXiv:1802.03426,
    section 3.2 and algorithm 5]: same gradients, same clipping, same schedule, 5
    random points per edge. What differs: arithmetic in float32 that the compiler can
    vectorise, and a shorter random number generator. It holds no interpreter lock, so
    several fits run at once in threads; a fit by itself is one thread, in one order,
    and therefore the same for the same input.

    Parameters
    ----------
    Z : ndarray of float32, shape (n, d), C order
        Start; changed in place.
    head, tail : ndarray of int32, shape (n_edges,)
        Ends of each edge.
    period : ndarray of float64, shape (n_edges,)
        Epochs from one use of an edge to the next, >= 1.
    n_epochs : int
        Number of epochs; the step falls linearly from 1 to 0.
    a, b : float
        Similarity of two points of the map at distance x: 1 / (1 + a x^(2 b)).
    state : uint64
        Seed of the random points, not 0.
    """
    n, d = Z.shape
    next_use, next_push = period.copy(), period / 5
    for epoch in range(n_epochs):
        alpha = 1 - max(epoch - 1, 0) / n_epochs
        longest = np.float32(4 * alpha)  # a gradient is clipped to [-4, 4]
        for edge in range(len(head)):
            if next_use[edge] > epoch:
                continue
            row, other = Z[head[edge]], Z[tail[edge]]
            square = _square_distance(row, other)
            if square > 0:
                power = square**b
                pull = 2 * a * b * power / (square * (a * power + 1))
                scale = np.float32(-alpha * pull)
                for i in range(d):
                    step = scale * (row[i] - other[i])
                    step = min(max(step, -longest), longest)
                    row[i] += step
                    other[i] -= step
            next_use[edge] += period[edge]
            n_pushes = int((epoch - next_push[edge]) / (period[edge] / 5))
            next_push[edge] += n_pushes * (period[edge] / 5)
            for _ in range(n_pushes):
                # xorshift [Marsaglia 2003, Journal of Statistical Software 8(14)]
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                other = Z[state % np.uint64(n)]
                square = _square_distance(row, other)
                if square > 0:
                    push = 2 * b / ((0.001 + square) * (a * square**b + 1))
                    scale = np.float32(alpha * push)
                    if scale * scale * square <= longest * longest:
                        for i in range(d):  # no step is longer: nothing to clip
                            row[i] += scale * (row[i] - other[i])
                    else:
                        for i in range(d):
                            step = scale * (row[i] - other[i])
                            row[i] += min(max(step, -longest), longest)


@numba.njit(fastmath=True, nogil=True, cache=True, inline="always")
def _square_distance(x, y):
    """Return the squared Euclidean distance of two float32 vectors."""
    total = np.float32(0)
    for i in range(len(x)):
        difference = x[i] - y[i]
        total += difference * difference
    return total
