"""Shards: what was written is found again by picture, and nothing else is."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ArtefactMissingError
from helpers.features import shards

FACTS = {"encoder": "toy", "weights": "none", "preparation": {"size": (8, 8)}}


def keys_from(start, stop):
    return [f"{number:064x}" for number in range(start, stop)]


def index_of(keys, faulty=()):
    rows = [
        (
            f"folder/{key[-4:]}.jpg",
            key,
            *(("empty", "empty: no byte") if bad else ("", "")),
        )
        for key, bad in ((key, key in faulty) for key in keys)
    ]
    return pd.DataFrame(rows, columns=shards.COLUMNS)


def vectors_of(keys, dtype=np.float32):
    """Return vectors that tell which picture they belong to."""
    numbers = np.array([int(key, 16) for key in keys], dtype=dtype)
    return numbers[:, None] + np.arange(3, dtype=dtype) / 4


def write(folder, keys, faulty=(), facts=FACTS, seconds=2.0, dtype=np.float32):
    X = vectors_of([key for key in keys if key not in faulty], dtype)
    return shards.write_shard(folder, X, index_of(keys, faulty), facts, seconds)


def read(folder, keys, facts=FACTS):
    reader = shards.ShardReader(folder, facts, keys, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reader.read()
    return reader


def test_vectors_are_found_by_picture_wherever_they_lie(tmp_path):
    write(tmp_path, keys_from(0, 10))
    write(tmp_path, keys_from(10, 15))
    wanted = [keys_from(0, 15)[k] for k in (12, 3, 0, 14, 9)]
    reader = read(tmp_path, wanted)
    assert reader.missing() == [] and reader.found.all()
    np.testing.assert_array_equal(reader.vectors(wanted), vectors_of(wanted))
    some = [wanted[2], wanted[0], wanted[2]]
    np.testing.assert_array_equal(reader.vectors(some), vectors_of(some))
    assert not reader.vectors(wanted).flags.writeable


def test_faults_take_no_row_and_are_told_again(tmp_path):
    keys = keys_from(0, 6)
    write(tmp_path, keys, faulty={keys[0], keys[3]})
    reader = read(tmp_path, keys_from(0, 8))
    assert reader.faults == dict.fromkeys(
        (keys[0], keys[3]), ("empty", "empty: no byte")
    )
    assert reader.missing() == keys_from(6, 8)
    sound = [keys[k] for k in (1, 2, 4, 5)]
    np.testing.assert_array_equal(reader.vectors(sound), vectors_of(sound))
    with pytest.raises(ArtefactMissingError, match="1 vectors did not arrive"):
        reader.vectors([keys[1], keys_from(7, 8)[0]])


def test_a_shard_of_bad_pictures_only(tmp_path):
    keys = keys_from(0, 2)
    write(tmp_path, keys, faulty=set(keys))
    reader = read(tmp_path, keys)
    assert set(reader.faults) == set(keys) and reader.images_per_second() is None


def test_float16_is_kept_as_such_and_given_as_float32(tmp_path):
    keys = keys_from(0, 5)
    path = write(tmp_path, keys, dtype=np.float16)
    assert np.load(path, allow_pickle=False).dtype == np.float16
    X = read(tmp_path, keys).vectors(keys)
    assert X.dtype == np.float32 and (X == vectors_of(keys)).all()


def test_the_rate_is_that_of_the_shards_that_were_used(tmp_path):
    write(tmp_path, keys_from(0, 10), seconds=2.0)
    write(tmp_path, keys_from(10, 40), seconds=3.0)
    write(tmp_path, keys_from(40, 50), seconds=1e6)
    assert read(tmp_path, keys_from(5, 20)).images_per_second() == 40 / 5
    assert read(tmp_path, keys_from(60, 61)).images_per_second() is None


def test_only_shards_that_are_new_are_read_again(tmp_path):
    write(tmp_path, keys_from(0, 4))
    reader = shards.ShardReader(tmp_path, FACTS, keys_from(0, 8), 3)
    reader.read()
    assert reader.missing() == keys_from(4, 8)
    for path in tmp_path.glob("*"):
        path.unlink()
    write(tmp_path, keys_from(4, 8))
    reader.read()
    assert reader.missing() == [] and reader.images_per_second() == 8 / 4


def test_the_same_shard_twice_is_one(tmp_path):
    first = write(tmp_path, keys_from(0, 4), seconds=1.0)
    assert write(tmp_path, keys_from(0, 4), seconds=9.0) == first
    assert write(tmp_path, keys_from(0, 5)) != first
    assert len(list(tmp_path.glob("*.npy"))) == 2


def test_no_folder_and_no_key(tmp_path):
    assert read(tmp_path / "none", keys_from(0, 2)).missing() == keys_from(0, 2)
    write(tmp_path, keys_from(0, 2))
    reader = read(tmp_path, [])
    assert reader.missing() == [] and reader.vectors([]).shape == (0, 3)


@pytest.mark.parametrize(
    "name", ["line\nbreak.jpg", 'a,"b".jpg', "\r", "not \udce9 utf"]
)
def test_any_name_can_stand_in_the_table(tmp_path, name):
    keys = keys_from(0, 2)
    index = index_of(keys).assign(path=[name, "plain.jpg"])
    shards.write_shard(tmp_path, vectors_of(keys), index, FACTS, 1.0)
    assert read(tmp_path, keys).missing() == []


def damage_array(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut_array(path):
    path.write_bytes(path.read_bytes()[:-4])


def drop_array(path):
    path.unlink()


def change_table(path):
    table = path.with_suffix(".csv")
    table.write_text(table.read_text().replace("folder", "elsewhere"))


def exchange_rows(path):
    """Leave an index of earlier: the same length, other places."""
    table = path.with_suffix(".csv")
    header, *rows = table.read_text().splitlines(keepends=True)
    table.write_text("".join([header, *reversed(rows)]))


def drop_table(path):
    path.with_suffix(".csv").unlink()


def empty_table(path):
    path.with_suffix(".csv").write_bytes(b"")


def cut_header(path):
    header = path.with_suffix(".npy.json")
    header.write_bytes(header.read_bytes()[:50])


def other_encoder(path):
    header = path.with_suffix(".npy.json")
    facts = json.loads(header.read_text())
    facts["facts"]["encoder"] = "another"
    header.write_text(json.dumps(facts))


def drop_seconds(path):
    header = path.with_suffix(".npy.json")
    facts = json.loads(header.read_text())
    del facts["seconds"]
    header.write_text(json.dumps(facts))


DAMAGES = [
    damage_array,
    cut_array,
    drop_array,
    change_table,
    exchange_rows,
    drop_table,
    empty_table,
    cut_header,
    other_encoder,
    drop_seconds,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_33_a_damaged_shard_is_not_used_and_the_others_are(tmp_path, damage):
    whole = write(tmp_path, keys_from(0, 4))
    damage(write(tmp_path, keys_from(4, 8)))
    reader = shards.ShardReader(tmp_path, FACTS, keys_from(0, 8), 3)
    with pytest.warns(UserWarning, match="1 damaged or foreign shards"):
        reader.read()
    assert reader.missing() == keys_from(4, 8) and whole.is_file()
    keys = keys_from(0, 4)
    np.testing.assert_array_equal(reader.vectors(keys), vectors_of(keys))


def test_33_a_shard_of_another_dimension_is_not_used(tmp_path):
    write(tmp_path, keys_from(0, 4))
    reader = shards.ShardReader(tmp_path, FACTS, keys_from(0, 4), 5)
    with pytest.warns(UserWarning, match="shape"):
        reader.read()
    assert len(reader.missing()) == 4


def test_29_a_shard_without_its_header_was_never_finished(tmp_path):
    write(tmp_path, keys_from(0, 4)).with_suffix(".npy.json").unlink()
    assert read(tmp_path, keys_from(0, 4)).missing() == keys_from(0, 4)
    write(tmp_path, keys_from(0, 4))
    assert read(tmp_path, keys_from(0, 4)).missing() == []


def test_40_pickled_objects_are_refused_even_with_a_fitting_header(tmp_path):
    path = write(tmp_path, keys_from(0, 4))
    with path.open("wb") as handle:
        np.save(handle, np.array([{"a": 1}] * 4, dtype=object), allow_pickle=True)
    header = json.loads(path.with_suffix(".npy.json").read_text())
    header["sha256"] = shards.hashes.hash_file(path)
    path.with_suffix(".npy.json").write_text(json.dumps(header))
    reader = shards.ShardReader(tmp_path, FACTS, keys_from(0, 4), 3)
    with pytest.warns(UserWarning, match="damaged"):
        reader.read()
    assert len(reader.missing()) == 4
