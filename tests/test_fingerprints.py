"""Fingerprints: one decoding gives all, and bad files are told, not lost."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from helpers.features import alignment, encoders, fingerprints, perceptual, planting

ENCODER = encoders.get_encoder("colour_texture")


@pytest.fixture
def paths(tmp_path):
    rng = np.random.default_rng(0)
    made = []
    for k in range(4):
        rough = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        made.append(tmp_path / f"picture {k}.png")
        Image.fromarray(rough).resize((200 + k, 150)).save(made[-1])
    return made


def test_every_row_is_the_same_picture_everywhere(paths):
    prints = fingerprints.fingerprints(paths, ENCODER)
    pictures = [np.asarray(Image.open(path)) for path in paths]
    assert np.array_equal(prints.squares, alignment.thumbnails(pictures))
    grays = perceptual.gray_squares(pictures)
    assert np.array_equal(prints.hashes, perceptual.perceptual_hashes(grays))
    prepared = np.stack([ENCODER.prepare(rgb) for rgb in pictures])
    assert np.allclose(prints.X, ENCODER.encode(prepared), atol=1e-6)
    assert prints.table["width_px"].tolist() == [200, 201, 202, 203]
    assert prints.table["n_bytes"].tolist() == [p.stat().st_size for p in paths]
    digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in paths]
    assert prints.table["file_hash"].tolist() == digests
    assert prints.problems.empty


def test_bad_files_are_recorded_and_the_others_keep_their_places(paths, tmp_path):
    html = tmp_path / "page.jpg"
    html.write_text("<html>not here</html>")
    sources = [html, paths[0], tmp_path / "missing.jpg", paths[1], b""]
    prints = fingerprints.fingerprints(sources, ENCODER)
    assert prints.table.index.tolist() == [1, 3]
    assert len(prints.X) == len(prints.hashes) == len(prints.squares) == 2
    assert prints.problems.index.tolist() == [0, 2, 4]
    kinds = ["not a picture", "unreadable", "empty"]
    assert prints.problems["kind"].tolist() == kinds


def test_the_same_pixels_in_another_file_have_the_same_pixel_hash(paths):
    packed = io.BytesIO()
    Image.open(paths[0]).save(packed, "BMP")
    prints = fingerprints.fingerprints([paths[0], packed.getvalue()], ENCODER)
    one, other = prints.table.itertuples(index=False)
    assert one.pixel_hash == other.pixel_hash and one.file_hash != other.file_hash


def test_a_pixel_hash_knows_the_shape():
    flat = np.zeros((2, 6, 3), np.uint8)
    assert fingerprints.pixel_hash(flat) == fingerprints.pixel_hash(flat.copy())
    other = flat.reshape(6, 2, 3)
    assert fingerprints.pixel_hash(flat) != fingerprints.pixel_hash(other)


def test_no_picture_and_only_bad_ones(tmp_path):
    for sources in ([], [b"", b"x"]):
        prints = fingerprints.fingerprints(sources, ENCODER)
        assert prints.table.empty and prints.X.shape == (0, ENCODER.dimension)
        assert len(prints.problems) == len(sources)


def test_the_answer_depends_neither_on_threads_nor_on_batches(paths, monkeypatch):
    one = fingerprints.fingerprints(paths, ENCODER, n_threads=1)
    monkeypatch.setattr(fingerprints, "_BATCH", 3)
    other = fingerprints.fingerprints(paths, ENCODER, n_threads=4)
    assert one.table.equals(other.table) and np.array_equal(one.X, other.X)


def test_planted_copies_are_different_files_of_the_pictures_they_name(paths):
    planted = planting.plant_copies([*paths, paths[0]], 5, seed=3)
    again = planting.plant_copies([*paths, paths[0]], 5, seed=3)
    assert planted.files == again.files and planted.table.equals(again.table)
    assert sorted(planted.table["source"]) == [0, 1, 2, 3, 4]
    assert planted.table["alteration"].is_unique
    prints = fingerprints.fingerprints([*paths, *planted.files], ENCODER)
    assert prints.table["pixel_hash"].is_unique


def test_planting_passes_over_bad_files_and_ends_when_pictures_do(paths, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8 cut")
    planted = planting.plant_copies([bad, *paths], 100, seed=0)
    assert sorted(planted.table["source"]) == [1, 2, 3, 4]
