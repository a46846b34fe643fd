import pytest
import toy_street
from hypothesis import given
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.series import parameters, profiles, sources
from helpers.series.catalogue import Notebook
from helpers.series.parameters import Parameter
from helpers.series.profiles import Profile


@pytest.fixture
def declared(tmp_path):
    toy_street.write_notebook(tmp_path, "00_x")
    return parameters.read_parameters(tmp_path / "00_x.ipynb")


def write(tmp_path, cell):
    toy_street.write_notebook(tmp_path, "00_x", parameters=cell)
    return tmp_path / "00_x.ipynb"


def test_cell_is_read_with_types_defaults_and_comments(declared):
    assert list(declared)[:4] == ["data", "out", "seed", "n"]
    assert declared["sizes"] == Parameter("sizes", "list[int]", [32, 64], "in pixels")
    assert declared["limit"].annotation == "int | None"


def test_value_over_several_lines_keeps_its_comment(tmp_path):
    path = write(tmp_path, "sizes: list[int] = [\n    1,\n    2,  # two [1, 2]\n]")
    assert parameters.read_parameters(path)["sizes"].comment == "two [1, 2]"


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("n = 3", "line 1"),
        ("n: int", "line 1"),
        ("n: int = 3\nm: Path = 4", "type Path"),
        ("n: int = 3\nm: int = k", "malformed"),
        ("n: int = (", "cannot be read"),
    ],
)
def test_cell_of_another_form_is_refused_with_its_line(tmp_path, cell, word):
    with pytest.raises(ParameterError, match=word):
        parameters.read_parameters(write(tmp_path, cell))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("n", "4", 4),
        ("share", "1", 1.0),
        ("share", "1e-3", 0.001),
        ("way", "median", "median"),
        ("sizes", "8,16", [8, 16]),
        ("sizes", "[8, 16]", [8, 16]),
        ("limit", "none", None),
        ("limit", "12", 12),
        ("out", "7", "7"),
    ],
)
def test_words_become_values_of_the_type(declared, name, text, value):
    found = declared[name].parse(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("n", "4.5", "a whole number"),
        ("n", "many", "a whole number"),
        ("n", "11", "from 1 to 10"),
        ("share", "nan", "a number"),
        ("share", "-0.1", "from 0 to 1"),
        ("way", "mode", "one of mean, median"),
        ("sizes", "8,x", "a list, each a whole number"),
        ("limit", "some", "a whole number or none"),
    ],
)
def test_words_that_do_not_fit_are_refused(declared, name, text, words):
    with pytest.raises(ParameterError, match=words) as caught:
        declared[name].parse(text)
    assert f"for example {declared[name].default!r}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", True), ("n", 2.0), ("n", "2"), ("way", 1), ("sizes", 8), ("share", None)],
)
def test_values_of_a_profile_keep_their_types(declared, name, value):
    with pytest.raises(ParameterError, match=name):
        declared[name].check(value)


def test_bool_takes_words_and_no_numbers():
    flag = Parameter("flag", "bool", False)
    assert flag.parse("Yes") is True and flag.parse("0") is False
    with pytest.raises(ParameterError, match="true or false"):
        flag.check(1)


@given(st.integers(-20, 30))
def test_range_is_closed(value):
    number = Parameter("n", "int", 1, "from a paper [-3, 12]")
    if -3 <= value <= 12:
        assert number.check(value) == value
    else:
        with pytest.raises(ParameterError, match="from -3 to 12"):
            number.check(value)


def test_notebook_without_one_tagged_cell_is_refused(tmp_path):
    path = write(tmp_path, toy_street.PARAMETERS)
    text = path.read_text()
    path.write_text(text.replace('"parameters"\n', '"other"\n'))
    with pytest.raises(ParameterError, match="0 cells are tagged"):
        sources.parameters_cell(path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": [1]}', '{"cells": 3}'])
def test_file_that_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "00_x.ipynb"
    path.write_text(content)
    with pytest.raises(ParameterError, match="no notebook"):
        sources.read_cells(path)


def test_profiles_that_come_with_the_project_are_read():
    assert profiles.list_profiles() == ["full", "laptop", "sample"]
    for name in profiles.list_profiles():
        assert profiles.load_profile(name).seed == 42


def test_profile_file_of_ones_own(tmp_path):
    path = tmp_path / "class.yml"
    path.write_text("data: /somewhere\nnotebooks:\n  03: {n: 2, 1: 2}\n  04:\n")
    profile = profiles.load_profile(str(path))
    assert (profile.name, profile.title, profile.seed) == ("class", "class", 42)
    assert profile.notebooks == {"03": {"n": 2, "1": 2}, "04": {}}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("dta: x", "perhaps data"),
        ("data: x\nseed: -1", "seed"),
        ("data: x\nseed: true", "seed"),
        ("data: x\nnotebooks: [1]", "notebooks"),
        ("data: x\nnotebooks: {a: 1}", "notebooks"),
        ("- 1", "no keys"),
        ("data: [", "no YAML"),
        ("data: !!python/object/apply:os.system [echo]", "no YAML"),
    ],
)
def test_profile_of_another_form_is_refused(tmp_path, text, word):
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=word):
        profiles.load_profile(str(path))


def test_profile_of_nobodys_home_is_refused():
    with pytest.raises(ParameterError, match="no such home folder"):
        profiles.load_profile("~nobody-of-that-name/p.yaml")


def test_negative_seed_is_refused_wherever_it_comes_from(declared):
    street = {"00_x": Notebook("00_x", "?")}
    profile = Profile("p", "P", "d", 5, {"00_x": {"seed": -2}})
    _, problems = profiles.collect_values(
        profile, [("00.seed", "-1")], street, {"00_x": declared}
    )
    assert [problem.where for problem in problems] == ["profile p", "-p 00.seed"]


def test_command_line_wins_and_all_problems_are_told(declared):
    street = {"00_x": Notebook("00_x", "?")}
    profile = Profile("p", "P", "d", 5, {"00_x": {"n": 2, "seeed": 1}, "09": {"a": 1}})
    typed = [("00.n", "3"), ("00.way", "mode"), ("00.data", "x"), ("00_x", "1")]
    values, problems = profiles.collect_values(
        profile, typed, street, {"00_x": declared}
    )
    assert values == {"00_x": {"seed": 5, "n": 3}}
    told = "\n".join(map(str, problems))
    assert len(problems) == 5
    for word in ("seed", "'09'", "one of mean, median", "use --data", "-p NB.NAME"):
        assert word in told
