import pytest

from helpers.base import progress


def test_items_pass_unchanged_and_the_bar_goes_to_standard_output(capfd, monkeypatch):
    monkeypatch.delenv(progress.QUIET, raising=False)
    assert list(progress.track([3, 1, 2], "hashing", unit="files")) == [3, 1, 2]
    seen = capfd.readouterr()
    assert "hashing" in seen.out and "files" in seen.out
    assert seen.err == ""


def test_quiet_runs_show_no_bar(capfd, monkeypatch):
    monkeypatch.setenv(progress.QUIET, "1")
    assert list(progress.track(iter("ab"), "hashing", n_items=2)) == ["a", "b"]
    assert capfd.readouterr() == ("", "")


def test_an_error_of_the_source_is_passed_on(monkeypatch):
    monkeypatch.setenv(progress.QUIET, "1")

    def broken():
        yield 1
        raise KeyError("x")

    with pytest.raises(KeyError):
        list(progress.track(broken(), "hashing"))


def test_a_bar_moved_by_hand_begins_where_an_earlier_process_ended(capfd, monkeypatch):
    monkeypatch.delenv(progress.QUIET, raising=False)
    bar = progress.bar("training", 40, n_done=30)
    bar.update(5)
    assert (bar.n, bar.total) == (35, 40)
    bar.close()
    seen = capfd.readouterr()
    assert "training" in seen.out and "30/40" in seen.out and "pictures" in seen.out
    assert seen.err == ""
