"""Masks in a model's size: known shares, kept on disk, and doubted where need be."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers.base.errors import DataMissingError, ParameterError, PictureError
from helpers.data import mask_arrays, masks
from helpers.images import decode, resize
from helpers.storage import hashes

SIZE_PX = 8
SIZES = [(24, 32)] * 4


def write(path, mask):
    Image.fromarray(np.asarray(mask, np.uint8)).save(path)
    return path


def disc(height_px=24, width_px=32, top=12, left=14, radius=7):
    rows, columns = np.ogrid[:height_px, :width_px]
    return ((rows - top) ** 2 + (columns - left) ** 2 < radius**2) * np.uint8(255)


@pytest.fixture
def files(tmp_path):
    """Three masks for four pictures: a disc, none, an empty one, another disc."""
    return [
        write(tmp_path / "0.png", disc()),
        None,
        write(tmp_path / "2.png", np.zeros((24, 32))),
        write(tmp_path / "3.png", disc(top=6, left=9, radius=5)),
    ]


def contents(files):
    there = [path is not None and path.is_file() for path in files]
    return [hashes.hash_file(p) if t else "" for p, t in zip(files, there, strict=True)]


def make(files, store, sizes=SIZES, size_px=SIZE_PX):
    return mask_arrays.mask_arrays(files, contents(files), sizes, size_px, store)


def count_reads(monkeypatch):
    """Collect the masks that are decoded from now on."""
    read, plain = [], masks.read_doubted
    monkeypatch.setattr(
        masks, "read_doubted", lambda *args: read.append(args[0]) or plain(*args)
    )
    return read


# Shares


def test_shares_are_the_lesions_part_of_each_pixel(files, tmp_path):
    found = make(files, tmp_path / "store")
    assert found.shares.shape == (4, SIZE_PX, SIZE_PX)
    assert found.shares.dtype == np.uint8 and not found.shares.flags.writeable
    # 24 x 32 to 8 x 8: every pixel is the mean of 3 x 4.
    expected = disc().reshape(8, 3, 8, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(found.shares[0], expected, atol=0.5001)
    assert set(np.unique(found.shares[0])) - {0, 255}  # averaged, not thresholded
    assert found.has_mask.tolist() == [True, False, True, True]
    assert not found.shares[1].any() and not found.shares[2].any()


def test_a_mask_goes_where_its_picture_goes(files, tmp_path):
    rgb = np.repeat(disc()[..., None], 3, axis=2)
    for size_px in (8, 11, 48):
        found = make(files, tmp_path / "store", size_px=size_px).shares[0]
        np.testing.assert_array_equal(
            found, resize.resize(rgb, size_px, size_px, "squash")[..., 0]
        )


def test_gray_values_are_cut_and_another_size_is_resampled(files, tmp_path):
    gray = np.where(disc() > 0, 128, 127)
    write(files[0], gray)
    write(files[3], disc(top=6, left=9, radius=5).repeat(2, 0).repeat(2, 1))
    found = make(files, tmp_path / "store")
    shares = found.shares
    write(files[0], disc())
    write(files[3], disc(top=6, left=9, radius=5))
    plain = make(files, tmp_path / "store")
    np.testing.assert_array_equal(shares, plain.shares)
    rows = found.problems[found.problems["action"] != mask_arrays.LEFT_OUT]
    assert list(zip(rows.index, rows["kind"], strict=True)) == [
        (0, "mask with gray values"),
        (2, "mask empty"),
        (3, "mask of another size"),
    ]
    assert rows.loc[0, "action"] == "thresholded at 127"
    assert rows.loc[3, "detail"] == "64x48, picture 32x24"


def test_what_is_missing_or_broken_is_left_out_and_listed(files, tmp_path):
    files[3].write_bytes(files[3].read_bytes()[:60])
    found = make(files, tmp_path / "store")
    assert found.has_mask.tolist() == [True, False, True, False]
    left_out = found.problems[found.problems["action"] == mask_arrays.LEFT_OUT]
    assert left_out["kind"].tolist() == ["no mask", "truncated"]
    assert left_out.index.tolist() == [1, 3]
    assert left_out["path"].iloc[0] == "" and "3.png" in left_out["path"].iloc[1]


def test_full_and_inverted_masks_are_kept_with_a_word(files, tmp_path):
    write(files[0], np.full((24, 32), 255))
    write(files[3], 255 - disc())
    found = make(files, tmp_path / "store")
    kinds = found.problems["kind"]
    assert (kinds[0], kinds[3]) == ("mask full", "mask perhaps inverted")
    assert found.has_mask[[0, 3]].all() and (found.shares[0] == 255).all()


# The store


def test_a_second_call_reads_and_blocks_and_maps_change_nothing(
    files, tmp_path, monkeypatch
):
    first = make(files, tmp_path / "a")
    monkeypatch.setattr(mask_arrays, "IN_MEMORY_BYTES", 10)
    monkeypatch.setattr(mask_arrays, "_BLOCK", 3)
    blocks = make(files, tmp_path / "b")
    read = count_reads(monkeypatch)
    for other in (blocks, make(files, tmp_path / "b")):
        assert isinstance(other.shares, np.memmap)
        np.testing.assert_array_equal(other.shares, first.shares)
        np.testing.assert_array_equal(other.has_mask, first.has_mask)
        pd.testing.assert_frame_equal(other.problems, first.problems)
    assert read == []
    assert len(list((tmp_path / "b").iterdir())) == 2  # the array and its header


@pytest.mark.parametrize("change", ["content", "size", "sizes", "version", "damage"])
def test_whatever_changes_is_made_again(files, tmp_path, monkeypatch, change):
    store = tmp_path / "store"
    before = make(files, store)
    other = {}
    if change == "content":
        write(files[0], disc(radius=3))
    elif change == "size":
        other = {"size_px": 6}
    elif change == "sizes":
        other = {"sizes": [(12, 16)] * 4}
    elif change == "version":
        monkeypatch.setattr(mask_arrays, "VERSION", "another")
    else:
        for path in store.glob("*.npy"):
            path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    read = count_reads(monkeypatch)
    after = make(files, store, **other)
    assert len(read) == 3
    same = np.array_equal(before.shares, after.shares)
    assert same == (change in ("version", "damage"))


def test_a_mask_that_could_not_be_read_is_tried_again(files, tmp_path):
    known = contents(files)
    away = files[0].rename(tmp_path / "away")
    given = known, SIZES, SIZE_PX, tmp_path / "store"
    lacking = mask_arrays.mask_arrays(files, *given)
    assert lacking.has_mask.tolist() == [False, False, True, True]
    away.rename(files[0])
    assert mask_arrays.mask_arrays(files, *given).has_mask[0]


# Native size and refusals


def test_native_masks_have_their_pictures_sizes(files):
    some = [files[0], files[3], files[3]]
    found = mask_arrays.read_native(some, [(24, 32), (24, 32), (48, 64)])
    np.testing.assert_array_equal(found[0], disc() > 0)
    assert [mask.shape for mask in found] == [(24, 32), (24, 32), (48, 64)]
    assert all(mask.dtype == bool for mask in found)
    np.testing.assert_array_equal(found[2], found[1].repeat(2, 0).repeat(2, 1))
    assert mask_arrays.read_native([], []) == []


def test_a_native_mask_that_is_gone_is_named(files):
    files[0].unlink()
    with pytest.raises(PictureError, match="0.png"):
        mask_arrays.read_native([files[0]], [(24, 32)])


def test_what_cannot_be_is_refused(files, tmp_path):
    store = tmp_path / "store"
    with pytest.raises(ParameterError, match="4 masks, 4 content hashes, 3 sizes"):
        make(files, store, sizes=SIZES[:3])
    with pytest.raises(ParameterError, match="squares of 0 px"):
        make(files, store, size_px=0)
    with pytest.raises(DataMissingError, match="none of 2 pictures.*data/README.md"):
        make([None, None], store, sizes=SIZES[:2])
    with pytest.raises(DataMissingError, match="none of 0 pictures"):
        make([], store, sizes=[])
    assert not list(store.glob("*.npy"))


def test_the_sample_agrees_with_reading_one_by_one(sample_data, tmp_path):
    folder = sample_data / "ham10000" / "masks"
    files = sorted(folder.glob("*.png"))[:20]
    sizes = [decode.measure(path)[:2][::-1] for path in files]
    found = make(files, tmp_path / "store", sizes, 32)
    natives = mask_arrays.read_native(files, sizes)
    for native, shares in zip(natives, found.shares, strict=True):
        assert shares.mean() / 255 == pytest.approx(native.mean(), abs=0.003)
