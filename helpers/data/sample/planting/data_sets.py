"""The three data sets of the sample, with their tables and the truth about them."""

from pathlib import Path

import pandas as pd

from helpers.base.seeds import generator_for
from helpers.data.sample.planting import (
    making,
    plan_dermnet,
    plan_fitzpatrick17k,
    plan_ham10000,
)
from helpers.data.sample.planting.labels_fitzpatrick17k import LABEL_OF
from helpers.data.sample.planting.making import Made
from helpers.data.sample.web import addresses
from helpers.storage import atomic, tables

TRUTH_COLUMNS = (
    "dataset",
    "image_id",
    "path",
    "region",
    "condition",
    "skin_type",
    "ita_deg",
    "true_label",
    "wrong_label",
    "off_topic",
    "duplicate_of",
    "alteration",
    "sibling_group",
    "n_hairs",
    "has_ruler",
    "has_vignette",
    "has_glare",
    "oddity",
)
"""Columns of truth.csv; data/README.md says what they mean."""


def draw_data_sets(folder: Path, seed: int, n_jobs: int) -> dict[str, int]:
    """Draw pictures, masks and tables, and write down what was planted.

    Parameters
    ----------
    folder : Path
        Empty.
    seed : int
        The sample's seed.
    n_jobs : int
        Processes that draw.

    Returns
    -------
    dict of str to int
        Data set -> pictures.
    """
    ham10000 = plan_ham10000.plan(seed)
    tasks = [*plan_dermnet.plan(seed), *plan_fitzpatrick17k.plan(seed), *ham10000]
    made = making.make_all(tasks, folder, seed, n_jobs)
    rows = [one for one in made if one.shot.dataset == "fitzpatrick17k"]
    _write_fitzpatrick17k(folder / "fitzpatrick17k", rows, seed, folder)
    metadata = plan_ham10000.make_metadata(ham10000, seed)
    tables.write_table(folder / "ham10000" / "HAM10000_metadata.csv", metadata)
    truth = plan_ham10000.make_ground_truth(metadata)
    tables.write_table(folder / "ham10000" / "GroundTruth.csv", truth)
    tables.write_table(folder / "truth.csv", make_truth(made))
    return pd.Series([one.shot.dataset for one in made]).value_counts().to_dict()


def make_truth(made: list[Made]) -> pd.DataFrame:
    """Write down what is true of every picture.

    Parameters
    ----------
    made : list of Made
        All pictures.

    Returns
    -------
    DataFrame
        `TRUTH_COLUMNS`, sorted by data set and image_id; pictures of one scene or
        lesion, copies included, share ``sibling_group``.
    """
    names = {(one.shot.dataset, one.shot.image_id): one.image_id for one in made}
    groups: dict[str, str] = {}
    rows = []
    for one in made:
        shot = one.shot
        scene = f"{shot.dataset} {shot.scene}"
        group = groups.setdefault(scene, f"{shot.dataset}-{len(groups) + 1}")
        row = (
            shot.dataset,
            one.image_id,
            one.path,
            shot.region,
            one.condition,
            shot.skin_type or None,
            round(one.ita_deg, 2),
            shot.true_label,
            shot.label != shot.true_label and not shot.off_topic,
            shot.off_topic,
            names.get((shot.dataset, shot.duplicate_of), ""),
            shot.alteration,
            group,
            one.n_hairs,
            one.has_ruler,
            one.has_vignette,
            one.has_glare,
            shot.oddity,
        )
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(TRUTH_COLUMNS))
    frame = frame.astype({"skin_type": "Int64"})
    return frame.sort_values(["dataset", "image_id"], ignore_index=True)


def _write_fitzpatrick17k(
    root: Path, made: list[Made], seed: int, folder: Path
) -> None:
    order = generator_for(seed, "fitzpatrick17k", "order").permutation(len(made))
    made = [made[k] for k in order]
    shots = [one.shot for one in made]
    md5 = [one.image_id for one in made]
    labels = [shot.label for shot in shots]
    scale, centaur = plan_fitzpatrick17k.rate_skin_types(shots, seed)
    urls, url_alphanum, answers = addresses.plan_addresses(md5, labels, seed)
    frame = pd.DataFrame(
        {
            "md5hash": md5,
            "fitzpatrick_scale": scale,
            "fitzpatrick_centaur": centaur,
            "label": labels,
            "nine_partition_label": [LABEL_OF[label].nine for label in labels],
            "three_partition_label": [LABEL_OF[label].three for label in labels],
            "qc": plan_fitzpatrick17k.check_quality(shots, seed),
            "url": urls,
            "url_alphanum": url_alphanum,
        }
    )
    tables.write_table(root / "fitzpatrick17k.csv", frame)
    atomic.write_json(folder / "web.json", answers)
