"""Every notebook keeps the house form. Nothing is executed here."""

import ast
import re

import nbformat
import pytest

from helpers.base.paths import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
MAX_CELL_LINES, MAX_CODE_LINES, MAX_DEF_LINES = 25, 250, 15
COMMON_PARAMETERS = ["data", "out", "seed"]


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return request.param, nbformat.read(request.param, as_version=4)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def headings(nb):
    cells = [cell for cell in nb.cells if cell.cell_type == "markdown"]
    return [cell.source.splitlines()[0] for cell in cells]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def test_there_are_notebooks():
    assert PATHS, "no notebooks found: the tests below would pass on nothing"


def test_name_and_title_agree(notebook):
    path, nb = notebook
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem)
    assert nb.cells[0].source.startswith(f"# {path.stem[:2]} · ")


def test_title_cell_says_what_a_reader_must_know(notebook):
    _, nb = notebook
    for word in ("Question.", "You will", "Needs", "Writes", "Time"):
        assert f"**{word}**" in nb.cells[0].source, word


def test_second_code_cell_is_the_only_parameters_cell(notebook):
    _, nb = notebook
    tags = ["parameters" in cell.metadata.get("tags", []) for cell in code_cells(nb)]
    assert tags.index(True) == 1 and sum(tags) == 1


def test_parameters_are_typed_and_commented(notebook):
    _, nb = notebook
    cell = code_cells(nb)[1]
    body = ast.parse(cell.source).body
    assert all(isinstance(node, ast.AnnAssign) for node in body)
    assert [node.target.id for node in body[:3]] == COMMON_PARAMETERS
    for node in body:
        last = cell.source.splitlines()[node.end_lineno - 1]
        assert re.search(r"  # \S+", last), f"{node.target.id} has no comment"


def test_imports_only_in_the_first_code_cell(notebook):
    _, nb = notebook
    for cell in code_cells(nb)[1:]:
        nodes = ast.walk(ast.parse(cell.source))
        assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)


def test_cells_are_short(notebook):
    _, nb = notebook
    sizes = [len(lines(cell)) for cell in code_cells(nb)]
    assert max(sizes) <= MAX_CELL_LINES and sum(sizes) <= MAX_CODE_LINES


def test_lines_fit_the_page(notebook):
    _, nb = notebook
    long = [line for cell in code_cells(nb) for line in lines(cell) if len(line) > 88]
    assert not long


def test_definitions_are_the_lesson_not_the_plumbing(notebook):
    _, nb = notebook
    for cell in code_cells(nb):
        for node in ast.parse(cell.source).body:
            assert not isinstance(node, ast.ClassDef)
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < MAX_DEF_LINES


def test_four_to_seven_rounds_each_say_what_we_see(notebook):
    _, nb = notebook
    text = "\n".join(c.source for c in nb.cells if c.cell_type == "markdown")
    n_rounds = sum(bool(re.match(r"## \d · ", head)) for head in headings(nb))
    assert 4 <= n_rounds <= 7
    assert text.count("**What we see.**") >= n_rounds
    assert text.count("**Predict.**") >= 1


def test_source_is_stripped(notebook):
    _, nb = notebook
    assert not any(cell.outputs or cell.execution_count for cell in code_cells(nb))
    assert set(nb.metadata) <= {"kernelspec"}


def test_check_cell_asserts_and_finishes(notebook):
    _, nb = notebook
    cell = code_cells(nb)[-1]
    nodes = list(ast.walk(ast.parse(cell.source)))
    assert sum(isinstance(node, ast.Assert) for node in nodes) >= 3
    assert "run.finish(" in cell.source


def test_closes_with_check_summary_exercises_references(notebook):
    _, nb = notebook
    closing = ["## Check", "## Summary", "## Exercises", "## References"]
    assert headings(nb)[-4:] == closing


def test_at_least_three_exercises(notebook):
    _, nb = notebook
    exercises = next(c.source for c in nb.cells if c.source.startswith("## Exercises"))
    assert len(re.findall(r"^\d+\. \(", exercises, flags=re.MULTILINE)) >= 3
