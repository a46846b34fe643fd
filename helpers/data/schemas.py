"""What each table must hold, and the words for a row that does not."""

import pandas as pd
import pandera.pandas as pa

from helpers.base.errors import TableError

NINE_PARTITIONS = (
    "benign dermal",
    "benign epidermal",
    "benign melanocyte",
    "genodermatoses",
    "inflammatory",
    "malignant cutaneous lymphoma",
    "malignant dermal",
    "malignant epidermal",
    "malignant melanoma",
)
THREE_PARTITIONS = ("benign", "malignant", "non-neoplastic")
SKIN_TYPES = ("-1", "1", "2", "3", "4", "5", "6")
QC = (
    "",
    "1 Diagnostic",
    "2 Characteristic",
    "3 Wrongly labelled",
    "4 Other",
    "5 Potentially",
)
DIAGNOSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
"""HAM10000: actinic keratosis or Bowen's disease, basal cell carcinoma, benign
keratosis, dermatofibroma, melanoma, nevus, vascular lesion."""
CONFIRMATIONS = ("histo", "follow_up", "consensus", "confocal")

_N_SHOWN = 5


def _one_of(values: tuple[str, ...], meant: str = "") -> pa.Check:
    words = meant or "one of " + ", ".join(values)
    return pa.Check(lambda column: column.isin(values), error=f"must be {words}")


def _matches(pattern: str, meant: str) -> pa.Check:
    return pa.Check(
        lambda column: column.str.fullmatch(pattern).astype(bool),
        error=f"must be {meant}",
    )


def _id(*checks: pa.Check) -> pa.Column:
    return pa.Column(unique=True, report_duplicates="all", checks=list(checks))


_FILE_STEM = _matches(
    r"(?!\.|[.\s]*$)[^/\\:*?\"<>|\x00-\x1f]{1,200}",
    "a plain name that cannot leave its folder",
)
_FILLED = _matches(r"(?s).*\S.*", "filled in")
_SKIN_TYPE = _one_of(SKIN_TYPES, "-1 (unknown) or 1 to 6")

FITZPATRICK17K = pa.DataFrameSchema(
    {
        "md5hash": _id(_matches("[0-9a-f]{32}", "32 hexadecimal digits")),
        "fitzpatrick_scale": pa.Column(checks=_SKIN_TYPE),
        "fitzpatrick_centaur": pa.Column(checks=_SKIN_TYPE),
        "label": pa.Column(checks=_FILLED),
        "nine_partition_label": pa.Column(checks=_one_of(NINE_PARTITIONS)),
        "three_partition_label": pa.Column(checks=_one_of(THREE_PARTITIONS)),
        "qc": pa.Column(checks=_one_of(QC)),
        "url": pa.Column(),
        "url_alphanum": pa.Column(),
    }
)
"""The table of Fitzpatrick17k as published; every value still text."""

HAM10000 = pa.DataFrameSchema(
    {
        "lesion_id": pa.Column(checks=_FILLED),
        "image_id": _id(_FILE_STEM),
        "dx": pa.Column(checks=_one_of(DIAGNOSES)),
        "dx_type": pa.Column(checks=_one_of(CONFIRMATIONS)),
        "age": pa.Column(
            checks=_matches(r"|\d{1,2}(\.0*)?|1[01]\d(\.0*)?", "empty or 0 to 119")
        ),
        "sex": pa.Column(checks=_one_of(("male", "female", "unknown", ""))),
        "localization": pa.Column(),
    }
)
"""HAM10000_metadata.csv; every value still text."""

GROUND_TRUTH = pa.DataFrameSchema(
    {
        "image": _id(_FILE_STEM),
        **{
            name.upper(): pa.Column(checks=_matches(r"[01](\.0*)?", "0 or 1"))
            for name in DIAGNOSES
        },
    }
)
"""GroundTruth.csv: one column per class; that each row has one 1 is checked after."""

LESIONS = pa.DataFrameSchema(
    {"image": _id(_FILE_STEM), "lesion_id": pa.Column(checks=_FILLED)}
)
"""ISIC2018_Task3_Training_LesionGroupings.csv; every value still text."""

TIDY = pa.DataFrameSchema(
    {
        "image_id": _id(_FILLED),
        "path": pa.Column(checks=_matches(r"(?s)(?!/).*", "a relative path")),
        "label": pa.Column(checks=_FILLED),
        "group": pa.Column(checks=_FILLED),
        "skin_type": pa.Column("Int64", pa.Check.in_range(1, 6), nullable=True),
        "source": pa.Column(),
        "licence": pa.Column(checks=_FILLED),
    }
)
"""The first columns of every loader's table."""


def check(schema: pa.DataFrameSchema, frame: pd.DataFrame, where: str) -> None:
    """Hold a table against its schema and name every row that breaks it.

    Parameters
    ----------
    schema : pandera.DataFrameSchema
        One of this module's.
    frame : DataFrame
        Its index holds the line numbers of the file.
    where : str
        The file, for the error.

    Raises
    ------
    TableError
        With, for each broken rule, the values and their lines (the first five).
    """
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        rules = [
            _describe(column, rule, cases.loc[rows])
            for (column, rule), rows in cases.groupby(
                ["column", "check"], sort=False, dropna=False
            ).groups.items()
        ]
        raise TableError(
            "; ".join(rules),
            where=where,
            way_out="correct these lines, or fetch the published table again",
        ) from None


def refuse_rows(what: str, values: pd.Series, where: str, way_out: str) -> None:
    """Raise an error that names values and the lines they stand in.

    Parameters
    ----------
    what : str
        What is wrong with them.
    values : Series
        The offending values, indexed by line number; if empty, nothing happens.
    where : str
        The file.
    way_out : str
        What to do.

    Raises
    ------
    TableError
        If `values` is not empty.
    """
    if len(values):
        raise TableError(f"{what}: {_list(values)}", where=where, way_out=way_out)


def _describe(column: str, rule: str, cases: pd.DataFrame) -> str:
    if rule == "column_in_dataframe":
        return f"columns are missing: {', '.join(map(str, cases['failure_case']))}"
    words = "must not repeat" if rule == "field_uniqueness" else rule
    cases = cases.sort_values("index", kind="stable")
    values = pd.Series(list(cases["failure_case"]), index=list(cases["index"]))
    return f"{column} {words}: {_list(values)}"


def _list(values: pd.Series) -> str:
    shown = values.iloc[:_N_SHOWN]
    first = [f"{value!r} (line {line})" for line, value in shown.items()]
    more = [f"{len(values) - _N_SHOWN} more"] if len(values) > _N_SHOWN else []
    return ", ".join(first + more)
