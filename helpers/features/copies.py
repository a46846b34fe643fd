"""The search for copies in one data set, with pairs whose answer is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.evaluate import retrieval
from helpers.features import duplicates, encoders, fingerprints, planting


@dataclass(frozen=True)
class Search:
    """What `search_copies` found, and what is known about it.

    Attributes
    ----------
    table : DataFrame
        The pictures that could be decoded, in order, with what was measured; pairs
        count rows of this table.
    problems : DataFrame
        The others.
    X : ndarray of float32, shape (n_pictures, dimension)
        Their embeddings.
    pairs : DataFrame
        Candidates among the pictures: i < j, similarity, distance, orientation, match
        and same_pixels (bool).
    exact : ndarray of int64, shape (n_pictures,)
        Group of equal pixels.
    judged : DataFrame
        Candidates whose answer is known: as `pairs`, is_copy (bool) and origin (the
        number of the picture that `i` was made from). Siblings,
        other photographs of the same lesion, are left out: it is no mistake to find
        them, since they belong on one side of a split anyway.
    known : DataFrame
        All pairs that are copies: i < j, alteration and origin.
    siblings : DataFrame
        All pairs of pictures that are siblings but not copies: i < j.
    """

    table: pd.DataFrame
    problems: pd.DataFrame
    X: np.ndarray
    pairs: pd.DataFrame
    exact: np.ndarray
    judged: pd.DataFrame
    known: pd.DataFrame
    siblings: pd.DataFrame


def search_copies(
    table: pd.DataFrame,
    paths: Sequence[Path],
    encoder: encoders.Encoder,
    truth: pd.DataFrame | None,
    n_planted: int,
    seed: int,
) -> Search:
    """Search pictures for copies; where the truth is unknown, plant some to find.

    Parameters
    ----------
    table : DataFrame
        One row per picture, with image_id and group.
    paths : sequence of Path
        Their files.
    encoder : Encoder
        Makes the embeddings.
    truth : DataFrame or None
        image_id, duplicate_of, alteration and sibling_group of synthetic pictures;
        None for real ones: then `n_planted` altered copies join the search, in memory,
        and leave it again. Whatever else looks like a planted copy counts as wrong,
        also where it is an undiscovered copy of the same picture: precision is a lower
        bound.
    n_planted : int
        How many.
    seed : int
        Decides which pictures are copied and how.

    Returns
    -------
    Search
        Candidates, and the known pairs to judge a threshold on.
    """
    plants = planting.plant_copies(paths, 0 if truth is not None else n_planted, seed)
    prints = fingerprints.fingerprints([*paths, *plants.files], encoder)
    X, place = prints.X, prints.table.index.to_numpy()
    n_pictures = int((place < len(paths)).sum())
    exact = duplicates.exact_groups(prints.table["pixel_hash"])
    pairs = _confirmed_pairs(prints, exact)
    rows = _measured_rows(table, prints.table.iloc[:n_pictures])
    if truth is not None:
        origin, alteration, scene = _kin_in_truth(rows["image_id"], truth)
    else:
        kin = _kin_of_plants(place, len(paths), plants.table, exact, rows["group"])
        origin, alteration, scene = kin
    known = _known_pairs(origin, alteration)
    siblings = _apart(retrieval.pairs_within(scene), known)
    judged = _apart(pairs, siblings)
    judged = judged.assign(is_copy=retrieval.is_among(judged, known))
    known["origin"], judged["origin"] = origin[known["i"]], origin[judged["i"]]
    if truth is None:  # of pairs among the pictures themselves nothing is known
        known, judged = (frame[frame["j"] >= n_pictures] for frame in (known, judged))
        pairs, siblings = (f[f["j"] < n_pictures] for f in (pairs, siblings))
    return Search(
        table=rows,
        problems=prints.problems,
        X=X[:n_pictures],
        pairs=pairs.reset_index(drop=True),
        exact=exact[:n_pictures],
        judged=judged.reset_index(drop=True),
        known=known.reset_index(drop=True),
        siblings=siblings.reset_index(drop=True),
    )


def _confirmed_pairs(
    prints: fingerprints.Fingerprints, exact: np.ndarray
) -> pd.DataFrame:
    """Name candidates, lay each over the other, and mark those of equal pixels."""
    candidates = duplicates.candidate_pairs(prints.X, prints.hashes)
    pairs = duplicates.confirm_pairs(candidates, prints.squares)
    pairs["same_pixels"] = exact[pairs["i"]] == exact[pairs["j"]]
    pairs.loc[pairs["same_pixels"], "match"] = 1.0  # blank ones have nothing to align
    return pairs


def _measured_rows(table: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose pictures could be decoded, with what was measured now."""
    rows = table.iloc[measured.index].reset_index(drop=True)
    rows = rows.drop(columns=measured.columns, errors="ignore")
    return rows.join(measured.reset_index(drop=True))


def _apart(pairs: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return pairs[~retrieval.is_among(pairs, others)]


def _kin_in_truth(image_id: pd.Series, truth: pd.DataFrame) -> tuple:
    """Return what each picture was made from, how, and the scene it shows."""
    rows = truth.set_index("image_id").reindex(image_id)
    source = rows["duplicate_of"].fillna("")
    # A copy whose original is not there (not downloaded) still matches other copies.
    origin = source.where(source.ne(""), rows.index.to_series())
    scene = rows["sibling_group"].fillna(origin)
    alteration = rows["alteration"].fillna("").to_numpy(str)
    return pd.factorize(origin)[0], alteration, pd.factorize(scene)[0]


def _kin_of_plants(
    place: np.ndarray,
    n_paths: int,
    plants: pd.DataFrame,
    exact: np.ndarray,
    group: pd.Series,
) -> tuple:
    """Do the same for planted copies: equal pixels are one origin from the start."""
    at = pd.Series(np.arange(len(place)), index=place)
    n_pictures = int((place < n_paths).sum())
    planted = plants.iloc[place[n_pictures:] - n_paths]
    source = at[planted["source"]].to_numpy()
    alteration = [""] * n_pictures + planted["alteration"].to_list()
    scene = pd.factorize(group)[0]
    parent = np.concatenate([np.arange(n_pictures), source])
    return exact[parent], np.array(alteration), scene[parent]


def _known_pairs(origin: np.ndarray, alteration: np.ndarray) -> pd.DataFrame:
    """List the pairs of one origin, named after what tells the two apart."""
    pairs = retrieval.pairs_within(origin)
    one, two = (alteration[pairs[side].to_numpy()] for side in ("i", "j"))
    # An exact copy has the pixels of its original: what differs is the other's doing.
    plain = np.isin(one, ["", "exact"])
    named = np.where(plain & (two != ""), two, one)
    return pairs.assign(alteration=np.where((two == "exact") & ~plain, one, named))
