"""Folders of trained models: whole, as they were saved, and of the labels wanted."""

import json

import pytest

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    ParameterError,
    UnsafePathError,
)
from helpers.storage import hashes, model_folders

LABELS = ["eczema", "nevus", "psoriasis"]


def facts(**other):
    return {
        "framework": "keras",
        "architecture": {"name": "multi_input", "filters": (16, 32)},
        "labels": LABELS,
        "preparation": {"size_px": 64, "fit": "crop", "inputs": ["rgb"]},
        "split": "ab12",
        "metrics": {"f1_macro": 0.1 + 0.2, "per_label": {2: 0.5, 10: 0.25}},
    } | other


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models" / "small"


@pytest.fixture
def saved(folder):
    """Write a model's folder; return its path."""
    folder.mkdir(parents=True)
    weights = folder / "model.keras"
    weights.write_bytes(bytes(range(256)) * 8)
    assert model_folders.write_facts(folder, facts(), weights) == folder / "model.json"
    return folder


def rewrite(folder, **changed):
    """Change facts of a model.json, its own hash being put right, too."""
    path = folder / "model.json"
    content = json.loads(path.read_text()) | changed
    del content["facts_sha256"]
    content["facts_sha256"] = hashes.hash_json(content)
    path.write_text(json.dumps(content))


def test_facts_come_back_as_json_knows_them(saved):
    found = model_folders.read_facts(saved, labels=tuple(LABELS))
    digest = hashes.hash_file(saved / "model.keras")
    own = {"schema": 1, "weights": {"file": "model.keras", "sha256": digest}}
    assert found == json.loads(json.dumps(facts() | own))
    assert sorted(path.name for path in saved.iterdir()) == [
        "model.json",
        "model.keras",
    ]


def test_41_other_labels_are_refused_with_the_difference(saved):
    def refusal(labels):
        with pytest.raises(
            ParameterError, match="label table it was made with"
        ) as info:
            model_folders.read_facts(saved, labels)
        return info.value.what

    swapped = refusal(["eczema", "psoriasis", "nevus"])
    assert "another order: number 1 is 'nevus', not 'psoriasis'" in swapped
    assert "3, not 2: 1 unknown ('psoriasis')" in refusal(LABELS[:2])
    more = refusal([*LABELS, "wart", "scabies"])
    assert "3, not 5: 2 missing ('wart', 'scabies')" in more
    other = refusal(["Eczema", "nevus", "psoriasis"])
    assert "1 missing ('Eczema') and 1 unknown ('eczema')" in other


def test_33_every_changed_byte_is_detected(saved):
    for name, step in (("model.keras", 301), ("model.json", 11)):
        path = saved / name
        content = path.read_bytes()
        for position in range(0, len(content), step):
            flipped = bytearray(content)
            flipped[position] ^= 1
            path.write_bytes(flipped)
            if name == "model.json" and _same(flipped, content):
                continue  # white space between the facts
            with pytest.raises(ArtefactDamagedError, match="the model is not used"):
                model_folders.read_facts(saved)
        path.write_bytes(content)
    assert model_folders.read_facts(saved)


def _same(flipped, content):
    try:
        return json.loads(flipped) == json.loads(content)
    except ValueError:
        return False


@pytest.mark.parametrize("keep", [0, 1, 40, -3])
@pytest.mark.parametrize("name", ["model.keras", "model.json"])
def test_33_46_a_cut_file_is_detected(saved, name, keep):
    content = (saved / name).read_bytes()
    (saved / name).write_bytes(content[:keep])
    with pytest.raises(ArtefactDamagedError, match="delete the folder"):
        model_folders.read_facts(saved)


@pytest.mark.parametrize("content", [b"[]", b"null", b"\xff\xfe", b"{}", b"[" * 9999])
def test_33_what_is_no_model_json_is_refused(saved, content):
    (saved / "model.json").write_bytes(content)
    with pytest.raises(ArtefactDamagedError):
        model_folders.read_facts(saved)


def test_another_schema_is_refused(saved):
    rewrite(saved, schema=2)
    with pytest.raises(ArtefactDamagedError, match="its schema is 2"):
        model_folders.read_facts(saved)


@pytest.mark.parametrize("name", ["model.keras", "model.json"])
def test_missing_files_are_named(saved, name):
    (saved / name).unlink()
    with pytest.raises(ArtefactMissingError, match=name):
        model_folders.read_facts(saved)


def test_no_folder_is_no_model(tmp_path):
    with pytest.raises(ArtefactMissingError, match="run the notebook that trains it"):
        model_folders.read_facts(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["../other.keras", "/etc/passwd", "C:\\w.keras", ".."])
def test_a_folder_from_elsewhere_cannot_point_out_of_itself(saved, name):
    (saved.parent / "other.keras").write_bytes(b"x")
    digest = hashes.hash_file(saved.parent / "other.keras")
    rewrite(saved, weights={"file": name, "sha256": digest})
    with pytest.raises(UnsafePathError):
        model_folders.read_facts(saved)


@pytest.mark.parametrize("weights", [None, {}, "model.keras", {"file": 3}])
def test_a_folder_from_elsewhere_that_names_no_weights_is_refused(saved, weights):
    rewrite(saved, weights=weights)
    with pytest.raises(ArtefactDamagedError, match="lacks one of"):
        model_folders.read_facts(saved)


@pytest.mark.parametrize(
    "labels", [[], "nevus", ["a", "b", "a"], ["a", 3], [None], None, 7]
)
def test_what_is_no_label_table_is_not_written(folder, labels):
    folder.mkdir(parents=True)
    weights = folder / "w.keras"
    weights.write_bytes(b"x")
    with pytest.raises(ParameterError, match="label table"):
        model_folders.write_facts(folder, facts(labels=labels), weights)
    assert not (folder / "model.json").exists()


def test_facts_that_lack_or_are_unknown_are_not_written(saved):
    for wrong in ({"schema": 3}, {"optimizer": "SGD"}):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            model_folders.write_facts(saved, facts(**wrong), saved / "model.keras")
    fewer = {key: value for key, value in facts().items() if key != "split"}
    with pytest.raises(ParameterError, match="'split'"):
        model_folders.write_facts(saved, fewer, saved / "model.keras")
    with pytest.raises(ValueError, match="JSON"):
        nan = facts(metrics={"loss": float("nan")})
        model_folders.write_facts(saved, nan, saved / "model.keras")
    assert model_folders.read_facts(saved)["split"] == "ab12"


def test_weights_lie_in_the_folder_and_nothing_else_does(saved, tmp_path):
    elsewhere = tmp_path / "w.keras"
    elsewhere.write_bytes(b"x")
    with pytest.raises(ArtefactMissingError, match=r"w\.keras"):
        model_folders.write_facts(saved, facts(), elsewhere)
    (saved / "notes.txt").write_text("x")
    with pytest.raises(ParameterError, match=r"notes\.txt"):
        model_folders.write_facts(saved, facts(), saved / "model.keras")


def test_29_weights_newer_than_their_facts_are_not_used_until_facts_are_written(saved):
    (saved / "model.keras").write_bytes(b"trained again")
    with pytest.raises(ArtefactDamagedError, match="not those that were saved"):
        model_folders.read_facts(saved)
    model_folders.write_facts(saved, facts(split="cd34"), saved / "model.keras")
    assert model_folders.read_facts(saved)["split"] == "cd34"
