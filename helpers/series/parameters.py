"""What a notebook's parameters may be: names, types, ranges, from its typed cell.

A comment beside a parameter may state what the type cannot: ``[1, 10]`` is a closed
range, ``one of: a, b`` a choice.
"""

import ast
import io
import json
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.base.errors import ParameterError
from helpers.base.paths import shown
from helpers.series.sources import parameters_cell

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf"
_RANGE = re.compile(rf"\[\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\]")
_CHOICES = re.compile(r"one of:\s*([^;()#]+)")
_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "None": "none",
}
_TRUTHS = {"true": True, "yes": True, "1": True}
_TRUTHS |= {"false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    name : str
        Its name.
    annotation : str
        Its type as written, for example ``"list[int]"`` or ``"float | None"``.
    default : object
        The value in the notebook.
    comment : str
        What the notebook says about it.
    """

    name: str
    annotation: str
    default: Any
    comment: str = ""

    def parse(self, text: str) -> Any:
        """Turn what was typed on the command line into a value.

        Parameters
        ----------
        text : str
            A list is JSON, or its items with commas between them.

        Returns
        -------
        object
            Of the annotated type.

        Raises
        ------
        ParameterError
            If `text` cannot be read so, or the value is not allowed.
        """
        try:
            value = _parse(text, ast.parse(self.annotation, mode="eval").body)
        except ValueError as error:
            raise self._refusal(text) from error
        return self.check(value)

    def check(self, value: Any) -> Any:
        """Return `value` if it fits type, range and choices.

        Parameters
        ----------
        value : object
            From a profile, or parsed.

        Returns
        -------
        object
            `value`; a whole number is taken where a float is asked for.

        Raises
        ------
        ParameterError
            If it does not fit; type, range or choices are named.
        """
        if not _fits(value, ast.parse(self.annotation, mode="eval").body):
            raise self._refusal(value)
        items = value if isinstance(value, list) else [value]
        if bounds := _RANGE.search(self.comment):
            low, high = map(float, bounds.groups())
            numbers = [x for x in items if isinstance(x, int | float)]
            if not all(low <= number <= high for number in numbers):
                raise self._refusal(value, f" from {bounds[1]} to {bounds[2]}")
        if found := _CHOICES.search(self.comment):
            choices = [word.strip().strip("`\"'.") for word in found[1].split(",")]
            if not all(item is None or str(item) in choices for item in items):
                raise self._refusal(value, f", one of {', '.join(choices)}")
        return value

    def _refusal(self, value: Any, more: str = "") -> ParameterError:
        words = _in_words(ast.parse(self.annotation, mode="eval").body)
        what = f"{self.name} = {value!r} does not fit: it is {words}{more}"
        return ParameterError(what, way_out=f"for example {self.default!r}")


def read_parameters(path: Path) -> dict[str, Parameter]:
    """Read the typed parameters cell of a notebook.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file whose cell tagged ``parameters`` holds lines such as
        ``n_bins: int = 32  # bins of the histogram [2, 256]``.

    Returns
    -------
    dict of str to Parameter
        In the cell's order.

    Raises
    ------
    ParameterError
        If the cell is missing or holds anything else; the line is named.
    """
    source = parameters_cell(path).source
    try:
        body = ast.parse(source).body
        comments = _comments(source)
        found = [_parameter(node, comments) for node in body]
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        raise ParameterError(
            f"the parameters cell cannot be read ({error})",
            where=shown(path),
            way_out="write each line as `name: type = value  # comment`",
        ) from error
    return {parameter.name: parameter for parameter in found}


def _parameter(node: ast.stmt, comments: dict[int, str]) -> Parameter:
    typed = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    if not typed or node.value is None:
        raise ValueError(f"line {node.lineno} is not `name: type = value`")
    comment = " ".join(
        comments[line]
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if line in comments
    )
    annotation = ast.unparse(node.annotation)
    _in_words(node.annotation)  # an unknown type is refused here, with its line
    default = ast.literal_eval(node.value)
    return Parameter(node.target.id, annotation, default, comment)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _in_words(node: ast.expr) -> str:
    words = []
    for part in _alternatives(node):
        name = ast.unparse(part)
        if isinstance(part, ast.Subscript) and ast.unparse(part.value) == "list":
            words.append(f"a list, each {_in_words(part.slice)}")
        elif name in _WORDS:
            words.append(_WORDS[name])
        else:
            raise ValueError(f"line {node.lineno}: type {name} is not known here")
    return " or ".join(words)


def _fits(value: Any, node: ast.expr) -> bool:
    for part in _alternatives(node):
        if isinstance(part, ast.Subscript):
            if isinstance(value, list) and all(_fits(x, part.slice) for x in value):
                return True
            continue
        name = ast.unparse(part)
        # bool is an int to Python, and nobody means True when a number is asked for.
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = {
            "None": value is None,
            "bool": isinstance(value, bool),
            "int": number and isinstance(value, int),
            "float": number and value == value,
            "str": isinstance(value, str),
        }
        if fits[name]:
            return True
    return False


def _parse(text: str, node: ast.expr) -> Any:
    # Text last: every word is text, so `float | str` would never be a number.
    parts = sorted(_alternatives(node), key=lambda part: ast.unparse(part) == "str")
    for part in parts:
        try:
            return _parse_one(text, part)
        except ValueError:
            continue
    raise ValueError(text)


def _parse_one(text: str, node: ast.expr) -> Any:
    if isinstance(node, ast.Subscript):
        if text.lstrip().startswith("["):
            return json.loads(text)
        items = [item.strip() for item in text.split(",") if item.strip()]
        return [_parse(item, node.slice) for item in items]
    name = ast.unparse(node)
    if name == "str":
        return text
    if name in ("int", "float"):
        return int(text) if name == "int" else float(text)
    words = {"none": None} if name == "None" else _TRUTHS
    if text.strip().lower() not in words:
        raise ValueError(text)
    return words[text.strip().lower()]
