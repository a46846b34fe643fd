"""Embedding at scale: the vectors of the encoder itself, each computed once."""

import multiprocessing
import shutil
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from helpers.base.errors import ParameterError
from helpers.features import embeddings, encoders, shard_jobs
from helpers.images import decode

ENCODER = "colour_texture"


@pytest.fixture
def paths(tmp_path):
    """Write pictures of several sizes and formats."""
    rng = np.random.default_rng(0)
    made = []
    for k in range(23):
        rough = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        made.append(tmp_path / "pictures" / f"picture {k}.{'png' if k % 3 else 'jpg'}")
        made[-1].parent.mkdir(exist_ok=True)
        Image.fromarray(rough).resize((130 + 8 * k, 270)).save(made[-1])
    return made


@pytest.fixture
def toy(monkeypatch):
    """Put an encoder that notes what it is given in place of all others."""
    encoder = Toy()
    monkeypatch.setattr(encoders, "get_encoder", lambda *_: encoder)
    return encoder


class Toy:
    """The mean colour of a picture."""

    name, dimension, size_px, fit, device = ENCODER, 3, 4, "squash", "cpu"

    def __init__(self):
        self.facts = {"encoder": "toy", "weights": "none"}
        self.batches = []

    def prepare(self, rgb):
        return np.broadcast_to(rgb.mean(axis=(0, 1)).astype(np.uint8), (4, 4, 3))

    def encode(self, batch):
        self.batches.append(len(batch))
        return batch.mean(axis=(1, 2), dtype=np.float32)


def plain(paths):
    """Encode one after the other, as a loop would."""
    model = encoders.get_encoder(ENCODER)
    pictures = [decode.decode(path, at_least_px=2 * model.size_px) for path in paths]
    return np.vstack([model.encode(model.prepare(rgb)[None]) for rgb in pictures])


def test_vectors_are_those_of_a_plain_loop(paths, tmp_path):
    found = embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=7, batch_size=3)
    assert found.X.dtype == np.float32 and not found.X.flags.writeable
    np.testing.assert_array_equal(found.X, plain(paths))
    assert found.kept.tolist() == list(range(23)) and found.kept.dtype == np.int64
    assert found.n_new == 23 and found.problems.empty and found.images_per_second > 0
    assert len(list((tmp_path / "s").glob("colour_texture-*/shard-*.npy"))) == 4


@pytest.mark.parametrize("sizes", [(1, 1, 1), (5, 2, 4), (1000, 64, 3), (4, 100, 16)])
def test_neither_shards_nor_batches_nor_threads_matter(paths, tmp_path, sizes):
    shard_size, batch_size, n_threads = sizes
    found = embeddings.embed(
        paths,
        ENCODER,
        tmp_path / "s",
        shard_size=shard_size,
        batch_size=batch_size,
        n_threads=n_threads,
    )
    np.testing.assert_array_equal(found.X, plain(paths))


def test_a_second_run_encodes_nothing_and_says_the_same(paths, tmp_path, toy):
    first = embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=5)
    toy.batches.clear()
    again = embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=8)
    assert not toy.batches and again.n_new == 0
    np.testing.assert_array_equal(first.X, again.X)
    assert first.images_per_second == again.images_per_second


def test_a_grown_moved_and_shuffled_data_set_costs_what_is_new(paths, tmp_path, toy):
    embeddings.embed(paths[:15], ENCODER, tmp_path / "s")
    toy.batches.clear()
    moved = []
    for k, path in enumerate(reversed(paths)):
        moved.append(tmp_path / f"moved {k}")
        shutil.move(path, moved[-1])
    found = embeddings.embed(moved, ENCODER, tmp_path / "s")
    assert sum(toy.batches) == found.n_new == 8
    anew = embeddings.embed(moved, ENCODER, tmp_path / "other store")
    np.testing.assert_array_equal(found.X, anew.X)


def test_the_same_bytes_are_encoded_once(paths, tmp_path, toy):
    twin = tmp_path / "twin.jpg"
    shutil.copy(paths[0], twin)
    asked = [paths[1], twin, paths[0], paths[1], paths[2]]
    found = embeddings.embed(asked, ENCODER, tmp_path / "s")
    assert sum(toy.batches) == found.n_new == 3 and len(found.X) == 5
    np.testing.assert_array_equal(found.X[[0, 1]], found.X[[3, 2]])


def test_bad_pictures_are_recorded_and_not_decoded_again(paths, tmp_path, monkeypatch):
    cut, empty, html = (tmp_path / name for name in ("cut.jpg", "0.jpg", "page.jpg"))
    cut.write_bytes(paths[0].read_bytes()[:700])
    empty.touch()
    html.write_text("<html>not here</html>")
    asked = [cut, paths[0], tmp_path / "no.jpg", empty, paths[1], html, tmp_path, cut]
    found = embeddings.embed(asked, ENCODER, tmp_path / "s", batch_size=2)
    assert found.kept.tolist() == [1, 4]
    np.testing.assert_array_equal(found.X, plain(paths[:2]))
    assert found.problems.index.tolist() == [0, 2, 3, 5, 6, 7]
    cut_kind, gone = "truncated", "unreadable"
    kinds = [cut_kind, gone, "empty", "not a picture", gone, cut_kind]
    assert found.problems["kind"].tolist() == kinds
    assert found.problems["path"].iloc[0].endswith("cut.jpg")
    assert found.problems["detail"].str.contains(": ").all()

    def never(*_args, **_options):
        raise AssertionError("decoded again")

    monkeypatch.setattr(decode, "decode", never)
    again = embeddings.embed(asked, ENCODER, tmp_path / "s")
    assert again.problems.equals(found.problems) and again.n_new == 0
    np.testing.assert_array_equal(again.X, found.X)


def test_what_the_disk_or_the_memory_did_is_tried_again(paths, tmp_path, monkeypatch):
    sound = decode.decode

    def troubled(path, **options):
        if path == paths[2]:
            raise decode.PictureError("too large: no memory") from MemoryError()
        if path == paths[3]:
            path.write_bytes(paths[4].read_bytes())  # while it is being read
        return sound(path, **options)

    monkeypatch.setattr(decode, "decode", troubled)
    found = embeddings.embed(paths, ENCODER, tmp_path / "s")
    assert found.problems.index.tolist() == [2, 3]
    assert found.problems["kind"].tolist() == ["too large", "unreadable"]
    assert "changed" in found.problems["detail"][3]
    monkeypatch.undo()
    again = embeddings.embed(paths, ENCODER, tmp_path / "s")
    assert again.problems.empty and again.n_new == 1  # 3 has the bytes of 4 now
    np.testing.assert_array_equal(again.X, plain(paths))


def test_nothing_and_nothing_good(tmp_path):
    for asked in ([], [tmp_path / "no.jpg"]):
        found = embeddings.embed(asked, ENCODER, tmp_path / "s")
        assert found.X.shape == (0, encoders.get_encoder(ENCODER).dimension)
        assert len(found.problems) == len(asked) and found.kept.size == 0
        assert list(found.problems.columns) == ["path", "kind", "detail"]
        assert found.n_new == 0 and found.images_per_second is None


def test_float16_halves_the_store_and_hardly_changes_a_vector(paths, tmp_path):
    single = embeddings.embed(paths, ENCODER, tmp_path / "s")
    half = embeddings.embed(paths, ENCODER, tmp_path / "s", dtype="float16")
    assert half.X.dtype == np.float32 and half.n_new == 23  # not mixed up
    assert not np.array_equal(half.X, single.X)
    np.testing.assert_allclose(half.X, single.X, atol=1e-3)


def test_other_facts_have_another_store(paths, tmp_path, toy):
    embeddings.embed(paths, ENCODER, tmp_path / "s")
    toy.facts = {"encoder": "toy", "weights": "random"}
    assert embeddings.embed(paths, ENCODER, tmp_path / "s").n_new == 23
    toy.facts = {"encoder": "toy", "weights": "none"}
    assert embeddings.embed(paths, ENCODER, tmp_path / "s").n_new == 0


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_shards_made_elsewhere_give_the_same(paths, tmp_path, kind):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8 cut")
    asked = [*paths[:9], bad, *paths[9:]]
    here = embeddings.embed(asked, ENCODER, tmp_path / "here", shard_size=6)
    context = multiprocessing.get_context("spawn")  # works on every system
    pool = (
        ThreadPoolExecutor(3)
        if kind == "threads"
        else ProcessPoolExecutor(2, mp_context=context)
    )
    with pool:
        given = {"executor": pool, "shard_size": 6, "n_threads": 1}
        there = embeddings.embed(asked, ENCODER, tmp_path / "there", **given)
        again = embeddings.embed(asked, ENCODER, tmp_path / "there", **given)
    np.testing.assert_array_equal(here.X, there.X)
    assert here.problems.equals(there.problems) and there.n_new == 23
    assert again.n_new == 0 and again.images_per_second == there.images_per_second
    names = [
        sorted(path.name for path in (tmp_path / place).rglob("*.npy"))
        for place in ("here", "there")
    ]
    assert names[0] == names[1]


def test_progress_counts_pictures(paths, tmp_path, monkeypatch):
    seen = {}

    def counted(items, description, n_items):
        items = list(items)
        seen[description] = (len(items), n_items)
        return items

    monkeypatch.setattr("helpers.base.progress.track", counted)
    embeddings.embed(paths, ENCODER, tmp_path / "s", shard_size=10, batch_size=4)
    assert seen == {"hashing": (23, 23), "embedding": (23, 23)}


def test_decoding_goes_on_while_the_encoder_works(paths, tmp_path, toy, monkeypatch):
    slow_s, n = 0.03, len(paths)

    def slowly(path, **_options):
        time.sleep(slow_s)
        return np.zeros((4, 4, 3), np.uint8)

    def encode(batch):
        time.sleep(slow_s * len(batch))
        return np.zeros((len(batch), 3), np.float32)

    monkeypatch.setattr(decode, "decode", slowly)
    toy.encode = encode
    begun = time.perf_counter()
    found = embeddings.embed(
        paths, ENCODER, tmp_path / "s", shard_size=8, batch_size=2, n_threads=2
    )
    both = 1.5 * n * slow_s  # two threads decode in half the time that encoding takes
    assert n / found.images_per_second < 0.9 * both
    assert time.perf_counter() - begun < 30


def test_few_pictures_wait_decoded_whatever_their_number(tmp_path, toy, monkeypatch):
    n_read, most_waiting = [0], [0]

    def read(_path, **_options):
        n_read[0] += 1
        return np.zeros((4, 4, 3), np.uint8)

    n_encoded = [0]

    def encode(batch):
        most_waiting[0] = max(most_waiting[0], n_read[0] - n_encoded[0])
        n_encoded[0] += len(batch)
        time.sleep(0.002)
        return np.zeros((len(batch), 3), np.float32)

    files = [tmp_path / f"{k}.jpg" for k in range(600)]
    for k, path in enumerate(files):
        path.write_text(str(k))
    monkeypatch.setattr(decode, "decode", read)
    toy.encode = encode
    store = tmp_path / "s"
    found = embeddings.embed(files, ENCODER, store, batch_size=8, n_threads=2)
    assert found.n_new == 600 and most_waiting[0] <= 8 * (2 + 2 * 8 // 8 + 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"shard_size": 0}, "0 is too few"),
        ({"batch_size": -3}, "-3 is too few"),
        ({"n_threads": 0}, "0 is too few.*n_threads"),
        ({"dtype": "int8"}, "int8"),
    ],
)
def test_wrong_settings_are_refused(paths, tmp_path, wrong, said):
    with pytest.raises(ParameterError, match=said):
        embeddings.embed(paths, ENCODER, tmp_path / "s", **wrong)
    assert not (tmp_path / "s").exists()


def test_facts_name_the_encoder_the_decoder_and_the_dtype():
    model = encoders.get_encoder(ENCODER)
    facts = shard_jobs.facts_of(model, "float16")
    assert facts.items() > model.facts.items()
    assert facts["dtype"] == "float16" and facts["decoding"]["reduced"] == 2
    assert len(facts["decoding"]["code"]) == 64
