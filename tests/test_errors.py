import inspect
import pickle

import pytest

from helpers.base import errors

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", ALL)
def test_error_says_what_where_and_the_way_out(kind):
    error = kind("no pictures", where="data/x", way_out="run `sample`")
    assert isinstance(error, errors.ProjectError)
    assert str(error) == "no pictures [data/x] -> run `sample`"
    assert (error.what, error.where, error.way_out) == error.args


def test_parts_that_are_not_known_are_left_out():
    assert str(errors.ProjectError("a")) == "a"
    assert str(errors.ProjectError("a", way_out="b")) == "a -> b"
    assert str(errors.ProjectError("a", "b")) == "a [b]"


@pytest.mark.parametrize("kind", ALL)
def test_error_crosses_process_borders_whole(kind):
    copy = pickle.loads(pickle.dumps(kind("a", "b", "c")))  # noqa: S301
    assert type(copy) is kind and str(copy) == "a [b] -> c"
