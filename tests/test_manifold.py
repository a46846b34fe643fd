"""UMAP from a shared graph: umap-learn's parts and quality, and what goes wrong."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances

from helpers.base.errors import ParameterError
from helpers.features import manifold, manifold_layout, manifold_start


def groups(n=150, n_features=20, n_groups=4, apart=2.0, seed=0):
    """Return vectors in some groups that overlap a little."""
    rng = np.random.default_rng(seed)
    centres = apart * rng.standard_normal((n_groups, n_features))
    X = centres[np.arange(n) % n_groups] + rng.standard_normal((n, n_features))
    return X.astype(np.float32)


@pytest.fixture(scope="module")
def X():
    return groups(apart=0.8)


@pytest.fixture(scope="module")
def graph(X):
    return manifold.neighbour_graph(X, 15)


@pytest.mark.parametrize("metric", manifold.METRICS)
def test_neighbours_are_those_of_all_distances(X, metric):
    indices, distances = manifold.neighbour_graph(X, 7, metric)
    every = pairwise_distances(X.astype(float), metric=metric)
    np.fill_diagonal(every, -1)
    assert indices.shape == distances.shape == (150, 7)
    assert distances.dtype == np.float32
    assert np.array_equal(indices, np.argsort(every, axis=1)[:, :7])
    wanted = np.maximum(np.sort(every, axis=1)[:, :7], 0)
    assert np.allclose(distances, wanted, atol=1e-5)


def test_each_row_is_its_own_first_neighbour_also_among_copies(X):
    indices, distances = manifold.neighbour_graph(np.repeat(X[:20], 3, axis=0), 3)
    assert np.array_equal(indices[:, 0], np.arange(60))
    assert np.array_equal(np.sort(indices // 3, axis=1)[:, 0], np.arange(60) // 3)
    assert all(len(set(row)) == 3 for row in indices)
    assert distances.max() < 1e-3


def test_the_fuzzy_set_is_umap_learns(X, graph):
    manifold._library()  # keeps TensorFlow out of the next line's import
    from umap.umap_ import fuzzy_simplicial_set

    theirs = fuzzy_simplicial_set(X, 15, None, "euclidean", {}, *graph)[0]
    ours = manifold._fuzzy_set(graph)
    assert abs(ours - theirs).max() < 1e-5
    edges = manifold_start.strong_edges(ours, 500)
    assert edges.nnz <= theirs.nnz and edges.data.min() >= theirs.max() / 500 - 1e-5


def test_one_spectral_basis_starts_every_size(X, graph):
    manifold._library()
    from umap.spectral import spectral_layout

    edges = manifold_start.strong_edges(manifold._fuzzy_set(graph), 500)
    start = manifold_start.starts(X, edges, [8, 5, 2], 0, None)
    for size in (2, 5):
        theirs = spectral_layout(X, edges, size, np.random.RandomState(0))  # noqa: NPY002
        cosine = np.abs((start[size] * theirs).sum(axis=0))
        assert np.allclose(cosine, 1, atol=1e-3)
        assert np.array_equal(start[size], start[8][:, :size])


def test_a_sparse_solver_finds_the_same_basis(X, graph, monkeypatch):
    edges = manifold_start.strong_edges(manifold._fuzzy_set(graph), 500)
    dense = manifold_start.starts(X, edges, [8], 0, None)[8]
    monkeypatch.setattr(manifold_start, "_DENSE_ROWS", 0)
    sparse = manifold_start.starts(X, edges, [8], 0, None)[8]
    assert np.allclose(np.abs((dense * sparse).sum(axis=0)), 1, atol=1e-3)


@pytest.mark.parametrize("apart", [0.8, 50])  # a graph in one piece, and in several
def test_a_solver_that_fails_is_said_and_the_map_starts_at_random(apart, monkeypatch):
    def fail(W, k, **_):
        raise scipy.sparse.linalg.ArpackNoConvergence("%s of %s", [], np.empty((0, k)))

    X = groups(apart=apart)
    graph = manifold.neighbour_graph(X, 15)
    monkeypatch.setattr(manifold_start, "_DENSE_ROWS", 0)
    monkeypatch.setattr(scipy.sparse.linalg, "eigsh", fail)
    with pytest.warns(UserWarning, match="starts at random"):
        Z = manifold.umap_maps(X, [2], graph, 0)[2]
    assert np.isfinite(Z).all() and trustworthiness(X, Z, n_neighbors=10) > 0.6
    with pytest.warns(UserWarning, match="starts at random"):
        assert np.array_equal(Z, manifold.umap_maps(X, [2], graph, 0)[2])


def slow_descent(Z, head, tail, period, n_epochs, a, b, state):
    """umap-learn's loop, word for word, with the house's random numbers."""
    Z, state, mask = Z.astype(float), int(state), 2**64 - 1
    next_use, next_push = period.copy(), period / 5
    alpha = 1.0
    for epoch in range(n_epochs):
        for e in np.flatnonzero(next_use <= epoch):
            j, k = head[e], tail[e]
            square = ((Z[j] - Z[k]) ** 2).sum()
            pull = -2 * a * b * square ** (b - 1) / (a * square**b + 1)
            step = np.clip(pull * (Z[j] - Z[k]), -4, 4) * alpha
            Z[j] += step
            Z[k] -= step
            next_use[e] += period[e]
            n_pushes = int((epoch - next_push[e]) / (period[e] / 5))
            for _ in range(n_pushes):
                state ^= (state << 13) & mask
                state ^= state >> 7
                state ^= (state << 17) & mask
                k = state % len(Z)
                square = ((Z[j] - Z[k]) ** 2).sum()
                push = 2 * b / ((0.001 + square) * (a * square**b + 1))
                Z[j] += np.clip(push * (Z[j] - Z[k]), -4, 4) * alpha
            next_push[e] += n_pushes * period[e] / 5
        alpha = 1 - epoch / n_epochs
    return Z


@pytest.mark.parametrize("d", [1, 3, 40])
@pytest.mark.parametrize("width", [0.05, 10])
def test_the_compiled_descent_is_the_plain_loop(d, width):
    rng = np.random.default_rng(0)
    Z = (width * rng.random((12, d))).astype(np.float32)
    head, tail = np.nonzero(rng.random((12, 12)) * (1 - np.eye(12)) > 0.7)
    period = rng.choice([1.0, 1.5, 2.0], len(head))
    # Three epochs: the descent is chaotic, and one more makes rounding visible.
    more = (head.astype(np.int32), tail.astype(np.int32), period, 3, 1.58, 0.9)
    wanted = slow_descent(Z, *more, state=np.uint64(2**63 - 7))
    manifold_layout.descend(Z, *more, np.uint64(2**63 - 7))
    assert np.allclose(Z, wanted, atol=5e-3)


def test_neighbours_are_kept_as_well_as_by_umap_learn(X, graph):
    manifold._library()
    import umap

    maps = manifold.umap_maps(X, [2, 10], graph, seed=0)
    assert list(maps) == [2, 10]
    for size, ours in maps.items():
        assert ours.shape == (150, size) and ours.dtype == np.float32
        assert np.isfinite(ours).all()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = umap.UMAP(n_components=size, random_state=0).fit_transform(X)
        kept = [trustworthiness(X, Z, n_neighbors=10) for Z in (ours, theirs)]
        assert kept[0] > kept[1] - 0.02
        widths = [Z.std(axis=0).mean() for Z in (ours, theirs)]
        assert widths[0] == pytest.approx(widths[1], rel=0.25)


def test_a_seed_gives_the_same_maps_whatever_else_is_made(X, graph, monkeypatch):
    both = manifold.umap_maps(X, [2, 6], graph, seed=3)
    monkeypatch.setattr(manifold.os, "cpu_count", lambda: 1)
    again = manifold.umap_maps(X, (6, 2), graph, seed=3)
    assert list(again) == [6, 2]
    assert all(np.array_equal(both[size], again[size]) for size in both)
    other = manifold.umap_maps(X, [2, 6], graph, seed=4)
    assert not np.allclose(both[2], other[2], atol=0.1)


@pytest.mark.parametrize("n_groups", [3, 6])
def test_a_graph_in_pieces_starts_as_in_umap_learn(n_groups):
    manifold._library()
    from umap.spectral import spectral_layout

    X = groups(160, n_groups=n_groups, apart=50)
    group = np.arange(160) % n_groups
    fuzzy = manifold._fuzzy_set(manifold.neighbour_graph(X, 10))
    edges = manifold_start.strong_edges(fuzzy, 500)
    start = manifold_start.starts(X, edges, [40, 3], 0, None)
    theirs = spectral_layout(X, edges, 3, np.random.RandomState(0))  # noqa: NPY002
    axes = np.eye((n_groups + 1) // 2, 40)
    centres = np.vstack([axes, -axes])[group]
    # Eigenvectors may be mirrored.
    ours, theirs = np.abs(start[3] - centres[:, :3]), np.abs(theirs - centres[:, :3])
    assert np.allclose(ours, theirs, atol=2e-3)
    # 40 dimensions are too many for pieces of 54 points: they start at random.
    width = np.abs(start[40] - centres).max(axis=0)
    assert (width <= np.sqrt(0.5)).all() and (width > 0.5).all()


@pytest.mark.parametrize("n_groups", [3, 8])
def test_a_graph_in_pieces_is_laid_out_piece_by_piece(n_groups):
    X = groups(160, n_groups=n_groups, apart=50)
    graph = manifold.neighbour_graph(X, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Z = manifold.umap_maps(X, [2], graph, 0)[2]
    assert np.isfinite(Z).all()
    near = manifold.neighbour_graph(Z, 10).indices
    assert (near % n_groups == np.arange(160)[:, None] % n_groups).mean() > 0.95


def test_tensorflow_is_not_imported_and_not_hidden_afterwards(tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('imported')")
    code = (
        "import sys\n"
        "from helpers.features import manifold\n"
        "assert not {'umap', 'numba', 'sklearn'} & set(sys.modules)\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "manifold._library()\n"
        "assert 'tensorflow' not in sys.modules\n"
        "import importlib.util\n"
        "assert importlib.util.find_spec('tensorflow')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_fewer_pictures_than_neighbours_are_reduced_with_a_word():
    X = groups(8)
    with pytest.warns(UserWarning, match="15 neighbours .* 8 pictures: reduced to 7"):
        graph = manifold.neighbour_graph(X, 15)
    assert graph.indices.shape == (8, 7)
    with pytest.warns(UserWarning, match="50 dimensions .* 8 pictures allow 6"):
        maps = manifold.umap_maps(X, [2, 50], graph, 0)
    assert [Z.shape for Z in maps.values()] == [(8, 2), (8, 6)]
    assert list(maps) == [2, 50]
    assert all(np.isfinite(Z).all() for Z in maps.values())


def test_five_pictures_are_enough_and_four_are_not():
    X = groups(5)
    graph = manifold.neighbour_graph(X, 3)
    maps = manifold.umap_maps(X, [2, 3], graph, 0)
    assert all(Z.shape == (5, size) for size, Z in maps.items())  # none is reduced
    assert all(np.isfinite(Z).all() for Z in maps.values())
    graph = manifold.neighbour_graph(X[:4], 3)
    with pytest.raises(ParameterError, match="5 are needed"):
        manifold.umap_maps(X[:4], [2], graph, 0)
    with pytest.raises(ParameterError, match="at least 3 rows"):
        manifold.neighbour_graph(X[:2], 2)


@pytest.mark.parametrize("n", [5, 60])
@pytest.mark.parametrize("value", [0, 0.1])
def test_equal_rows_give_a_finite_map_and_a_word(n, value):
    X = np.full((n, 6), value)
    with pytest.warns(UserWarning, match="vectors are equal"):
        graph = manifold.neighbour_graph(X, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Z = manifold.umap_maps(X, [2], graph, 0)[2]
    assert np.isfinite(Z).all()


def test_zero_vectors_have_no_direction_and_are_named(X):
    X = X.copy()
    X[[3, 9]] = 0
    with pytest.warns(UserWarning, match=r"2 vectors are zero .* \[3, 9\]"):
        graph = manifold.neighbour_graph(X, 5, "cosine")
    assert np.allclose(graph.distances[[3, 9], 1:], 1)
    assert np.isfinite(manifold.umap_maps(X, [2], graph, 0)[2]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_rows_are_refused_by_number(X, graph, value):
    X = X.copy()
    X[[4, 50], [0, 3]] = value
    with pytest.raises(ParameterError, match=r"2 vectors hold NaN.*rows \[4, 50\]"):
        manifold.neighbour_graph(X, 5)
    with pytest.raises(ParameterError, match="NaN"):
        manifold.umap_maps(X, [2], graph, 0)


def test_what_does_not_fit_is_refused(X, graph):
    for wrong in (0, 1):
        with pytest.raises(ParameterError, match="are no graph"):
            manifold.neighbour_graph(X, wrong)
    with pytest.raises(ParameterError, match="unknown metric 'manhattan'"):
        manifold.neighbour_graph(X, 5, "manhattan")
    with pytest.raises(ParameterError, match="graph has 150 rows, X has 149"):
        manifold.umap_maps(X[1:], [2], graph, 0)
    with pytest.raises(ParameterError, match=r"no maps of \[2, 0\]"):
        manifold.umap_maps(X, [2, 0], graph, 0)
    assert manifold.umap_maps(X, [], graph, 0) == {}


def test_descent_of_sparse_types_is_compiled_once(X, graph):
    manifold.umap_maps(X, [1, 2, 3], graph, 0)
    assert len(manifold_layout.descend.signatures) == 1
    assert scipy.sparse.issparse(manifold._fuzzy_set(graph))
