import zipfile

import pandas as pd
import pytest

from helpers.base.errors import (
    ArtefactDamagedError,
    DataMissingError,
    ParameterError,
    UnsafePathError,
)
from helpers.data import catalogue, download, weights
from helpers.series import cli, fetching

METADATA = "lesion_id,image_id,dx,dx_type,age,sex,localization\n"
METADATA += "L1,ISIC_1,nv,histo,40,male,back\n"


def make_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def status(what, data):
    return catalogue.present(data)[what]


@pytest.mark.parametrize("wrap", ["", "ham10000-dev/", "a/b/HAM/"])
@pytest.mark.parametrize("pictures", ["images", "HAM10000_images_part_1"])
def test_ham10000_archive_is_unpacked_in_any_layout(tmp_path, capsys, wrap, pictures):
    archive = make_zip(
        tmp_path / "a.zip",
        {
            f"{wrap}HAM10000_metadata.csv": METADATA,
            f"{wrap}{pictures}/ISIC_1.jpg": b"x",
            f"{wrap}masks/ISIC_1_segmentation.png": b"x",
        },
    )
    data = tmp_path / "data"
    assert fetching.fetch("ham10000", str(data), str(archive)) == 0
    assert (data / "ham10000" / pictures / "ISIC_1.jpg").read_bytes() == b"x"
    assert status("ham10000", data) == "complete"
    assert "1 pictures, 1 masks" in capsys.readouterr().out
    assert [path.name for path in data.iterdir()] == ["ham10000"]


def test_archive_packed_by_the_finder_is_unpacked(tmp_path):
    archive = make_zip(
        tmp_path / "a.zip",
        {
            "HAM/HAM10000_metadata.csv": METADATA,
            "HAM/images/ISIC_1.jpg": b"x",
            "HAM/.DS_Store": b"x",
            "__MACOSX/HAM/._HAM10000_metadata.csv": b"x",
        },
    )
    assert fetching.fetch("ham10000", str(tmp_path / "data"), str(archive)) == 0
    found = sorted(path.name for path in (tmp_path / "data/ham10000").iterdir())
    assert found == ["HAM10000_metadata.csv", "images"]


def test_archives_in_an_archive_are_unpacked(tmp_path):
    part = make_zip(tmp_path / "p.zip", {"ISIC_1.jpg": b"x"}).read_bytes()
    name = "HAM10000_segmentations_lesion_tschandl"
    masks = make_zip(
        tmp_path / "m.zip", {f"{name}/ISIC_1_segmentation.png": b"x"}
    ).read_bytes()
    archive = make_zip(
        tmp_path / "dataverse_files.zip",
        {
            "HAM10000_metadata": METADATA,
            "HAM10000_images_part_1.zip": part,
            f"{name}.zip": masks,
        },
    )
    fetching.fetch("ham10000", str(tmp_path / "data"), str(archive))
    folder = tmp_path / "data" / "ham10000"
    assert (folder / "HAM10000_images_part_1" / "ISIC_1.jpg").is_file()
    assert (folder / name / "ISIC_1_segmentation.png").is_file()
    assert status("ham10000", tmp_path / "data") == "complete"


def test_archives_come_one_after_the_other_and_replace_nothing(tmp_path):
    data = str(tmp_path / "data")
    pictures = {"ISIC2018_Task3_Training_Input/ISIC_1.jpg": b"x", "LICENSE.txt": b"l"}
    fetching.fetch("ham10000", data, str(make_zip(tmp_path / "1.zip", pictures)))
    table = "ISIC2018_Task3_Training_GroundTruth"
    truth = {
        f"{table}/{table}.csv": "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\n",
        "LICENSE.txt": b"l",
    }
    fetching.fetch("ham10000", data, str(make_zip(tmp_path / "2.zip", truth)))
    assert status("ham10000", tmp_path / "data") == "complete"
    other = make_zip(tmp_path / "3.zip", pictures | {"LICENSE.txt": b"other"})
    with pytest.raises(UnsafePathError, match=r"LICENSE\.txt would be replaced"):
        fetching.fetch("ham10000", data, str(other))
    assert (tmp_path / "data" / "ham10000" / "LICENSE.txt").read_bytes() == b"l"


@pytest.mark.parametrize("wrap", ["", "dermnet/"])
def test_dermnet_archive(tmp_path, wrap):
    files = {f"{wrap}train/Acne/a.jpg": b"x", f"{wrap}test/Acne/b.jpg": b"y"}
    archive = make_zip(tmp_path / "archive.zip", files)
    fetching.fetch("dermnet", str(tmp_path / "data"), str(archive))
    assert (tmp_path / "data/dermnet/train/Acne/a.jpg").is_file()
    assert status("dermnet", tmp_path / "data") == "complete"


def test_archive_of_something_else_changes_nothing(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"holiday/a.jpg": b"x", "b.txt": b"y"})
    with pytest.raises(DataMissingError, match="holds no HAM10000"):
        fetching.fetch("ham10000", str(tmp_path / "data"), str(archive))
    assert list((tmp_path / "data").iterdir()) == []


def test_unsafe_or_damaged_archive_changes_nothing(tmp_path):
    unsafe = make_zip(tmp_path / "a.zip", {"../evil.txt": b"x"})
    with pytest.raises(UnsafePathError):
        fetching.fetch("dermnet", str(tmp_path / "data"), str(unsafe))
    (tmp_path / "b.zip").write_bytes(b"PK not really")
    with pytest.raises(ArtefactDamagedError):
        fetching.fetch("dermnet", str(tmp_path / "data"), str(tmp_path / "b.zip"))
    assert list((tmp_path / "data").iterdir()) == []
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("what", ["ham10000", "dermnet", "fitzpatrick17k"])
def test_without_a_file_the_page_and_the_next_command_are_told(tmp_path, capsys, what):
    assert cli.main(["fetch", what, "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert catalogue.DATASETS[what].page in told
    assert f"python start.py fetch {what}" in told
    assert told.rstrip().endswith(f"--data {tmp_path.as_posix()}")


def test_what_is_there_is_not_asked_for(tmp_path, capsys):
    train = tmp_path / "dermnet" / "train" / "Acne"
    train.mkdir(parents=True)
    (train / "a.jpg").write_bytes(b"x")
    assert fetching.fetch("dermnet", str(tmp_path)) == 0
    assert "is there" in capsys.readouterr().out


@pytest.mark.parametrize(("fate", "code"), [("downloaded", 0), ("failed", 1)])
def test_fitzpatrick17k_is_downloaded_by_its_table(
    tmp_path, monkeypatch, capsys, fate, code
):
    from small_data import make_fitzpatrick17k

    make_fitzpatrick17k(tmp_path)
    asked = []

    def fetch_all(table, folder, resolve):
        asked.append((len(table), folder, resolve))
        reason = "dns" if fate == "failed" else ""
        return pd.DataFrame({"fate": [fate] * len(table), "reason": reason})

    monkeypatch.setattr(download, "fetch_all", fetch_all)
    assert fetching.fetch("fitzpatrick17k", str(tmp_path)) == code
    n_rows = len(catalogue.load("fitzpatrick17k", tmp_path).table)
    assert asked == [(n_rows, tmp_path / "fitzpatrick17k" / "images", None)]
    told = capsys.readouterr().out
    assert f"{n_rows} {fate}" in told and ("x dns" in told) == (fate == "failed")


def test_weights_go_into_a_folder_to_copy(tmp_path, monkeypatch, capsys):
    def fetch_weights(folder, resolve):
        assert (folder, resolve) == (tmp_path / "weights", None)
        return {"dinov2": "fetched"}

    monkeypatch.setattr(weights, "fetch_weights", fetch_weights)
    assert fetching.fetch("weights", str(tmp_path)) == 0
    assert "dinov2: fetched" in capsys.readouterr().out
    with pytest.raises(ParameterError, match="no archive"):
        fetching.fetch("weights", str(tmp_path), "a.zip")
