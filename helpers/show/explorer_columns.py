"""A table of clustered pictures as the words of the cluster browser's page."""

from typing import Any

import numpy as np
import pandas as pd

from helpers.show import sprites, style


def columns(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the columns the page knows, in the order of the exported file.

    Parameters
    ----------
    table : DataFrame
        As for `helpers.show.explorer.write_explorer`.

    Returns
    -------
    list of dict
        Each with its key, a title for people, and its kind: "text" and "score" with
        one of the values for each picture (a score has six digits, None where it is
        unknown); "category" with the different values, their names, and the position
        of each picture's value as base64. Of the names the first ``n_named`` are
        values, one after them is for pictures without.
    """
    found = [
        _text("image_id", "Picture", table),
        _text("path", "File", table),
        _category("cluster", "Cluster", table, "noise"),
        _category("label", "Label", table, "no label"),
    ]
    if "skin_type" in table:
        skin = _category("skin_type", "Skin type", table, "unknown")
        known = map(style.SKIN_TYPE_COLOURS.get, skin["values"])
        found.append({**skin, "colours": list(known)})
    if "off_topic_score" in table:
        found.append(_score("off_topic_score", "Off-topic score", table))
    if "off_topic" in table:
        words = table["off_topic"].map({True: "off topic", False: "on topic"})
        topic = _category("off_topic", "Topic", words.to_frame(), "unknown")
        is_off = {"off topic": "True", "on topic": "False"}
        found.append({**topic, "values": [is_off.get(x, "") for x in topic["values"]]})
    if "label_doubt" in table:
        found.append(_score("label_doubt", "Label doubt", table))
    if "group" in table:
        found.append(_text("group", "Group", table))
    return found


def _text(name: str, words: str, table: pd.DataFrame) -> dict[str, Any]:
    values = table[name].astype(object).where(table[name].notna(), "").tolist()
    return {"key": name, "title": words, "kind": "text", "values": values}


def _score(name: str, words: str, table: pd.DataFrame) -> dict[str, Any]:
    scores = table[name].astype(float)
    values = [float(f"{x:.6g}") if np.isfinite(x) else None for x in scores]
    return {"key": name, "title": words, "kind": "score", "values": values}


def _category(name: str, words: str, table: pd.DataFrame, none: str) -> dict[str, Any]:
    """Return a column of few values: what they are, and which one each picture has.

    Text stands in order of size, numbers as numbers; what has no value comes last.
    """
    column = table[name].astype(object)
    column = column.where(column.notna() & ~column.isin([-1, ""]), None)
    # Ties stay in order of appearance: the same page for the same table.
    counts = column.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    values = counts.index.tolist()
    if name in ("cluster", "skin_type"):
        values = sorted(int(value) for value in values)
    codes = pd.Categorical(column, categories=values).codes.astype(np.int64)
    names = [str(value) for value in values]
    if (codes < 0).any():
        codes[codes < 0] = len(values)
        values, names = [*values, -1 if name == "cluster" else ""], [*names, none]
    return {
        "key": name,
        "title": words,
        "kind": "category",
        "values": values,
        "names": names,
        "n_named": len(counts),
        "codes": sprites.pack_numbers(codes),
    }
