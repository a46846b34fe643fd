import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toy_street

from helpers.base import paths
from helpers.base.errors import ParameterError
from helpers.series import (
    catalogue,
    cli,
    commands,
    interrupts,
    lock,
    parser,
    request,
    runner,
    state,
)

COMMANDS = ["run", "predict", "sample", "fetch", "doctor", "report", "clean"]


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A toy street in the place of the project's own."""
    toy = toy_street.Toy(tmp_path / "toy")
    street = toy.street
    monkeypatch.setattr(runner, "Street", lambda: street)
    monkeypatch.setattr(commands, "Street", lambda: street)
    monkeypatch.setattr(paths, "OUTPUTS", tmp_path / "outputs")
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    monkeypatch.setattr(paths, "SAMPLE_DATA", tmp_path / "data" / "sample")
    monkeypatch.chdir(tmp_path)
    return toy


def test_help_comes_at_once_and_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['helpers', '--help']\n"
        "import runpy\n"
        "try:\n    runpy.run_module('helpers', run_name='__main__')\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'pandas', 'papermill', 'numpy', 'nbconvert', 'matplotlib', 'cv2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=paths.ROOT
    )
    seconds = time.perf_counter() - start
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    # 0.15 s alone; other work beside it can only make it slower.
    assert seconds < 5


def test_help_names_commands_and_the_street(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    told = capsys.readouterr().out
    for word in [*COMMANDS, *catalogue.NOTEBOOKS]:
        assert f"  {word} " in told


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(capsys, command):
    with pytest.raises(SystemExit, match="0"):
        cli.main([command, "--help"])
    assert f"python start.py {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [[], ["walk"], ["run", "--profil", "x"], ["run", "--jobs", "0"]]
    + [["run", "--only", "01", "--from", "02"], ["run", "-p", "03.n"]],
)
def test_slips_of_the_command_line_end_with_2(capsys, words):
    with pytest.raises(SystemExit, match="2"):
        cli.main(words)
    assert "usage:" in capsys.readouterr().err


def test_run_hands_on_what_was_typed(monkeypatch, tmp_path, capsys):
    asked = []

    def run(request):
        asked.append(request)
        raise ParameterError("no", "here", "do that")

    monkeypatch.setattr(runner, "run", run)
    monkeypatch.chdir(tmp_path)
    words = "run --profile laptop --data d --out o/x --only 00 01 -p 03.n 4 -p 1.s -1"
    words += " --jobs 3 --force --skip-missing --cell-timeout 60"
    assert cli.main(words.split()) == 2
    assert capsys.readouterr().err == "error: no [here] -> do that\n"
    assert asked == [
        request.Request(
            profile="laptop",
            data=str(tmp_path / "d"),
            out=str(tmp_path / "o" / "x"),
            only=("00", "01"),
            values=(("03.n", "4"), ("1.s", "-1")),
            jobs=3,
            force=True,
            skip_missing=True,
            cell_timeout=60,
        )
    ]


def test_interrupt_ends_with_130(monkeypatch, capsys):
    def run(request):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run", run)
    assert cli.main(["run"]) == interrupts.EXIT_CODE == 130
    assert "kept" in capsys.readouterr().err


def test_run_report_and_clean_one_after_the_other(toy, capsys):
    where = ["--profile", str(toy.profiles / "sample.yaml")]
    assert cli.main(["run", *where, "--only", "03"]) == 0
    out = paths.OUTPUTS / "sample"
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"Open {paths.shown(out / 'index.html')}"
    assert (out / "index.html").is_file()

    (out / "index.html").unlink()
    assert cli.main(["report", "--out", str(out)]) == 0
    assert (out / "index.html").is_file()

    with lock.run_lock(state.work_folder(out) / "lock"):
        assert cli.main(["clean", *where]) == 2
    assert (out / "run.json").is_file()
    capsys.readouterr()
    assert cli.main(["clean", *where]) == 0
    assert not out.exists() and toy.data.is_dir()
    assert "run.json" in capsys.readouterr().out
    assert cli.main(["clean", *where]) == 0


def test_failed_notebook_ends_with_1_and_names_the_page(toy, capsys):
    toy.write(toy_street.ALONE, "1 / 0")
    where = ["--profile", str(toy.profiles / "sample.yaml"), "--out", str(toy.out)]
    assert cli.main(["run", *where, "--only", "03"]) == 1
    told = capsys.readouterr().out
    assert "FAILED in code cell 4 of 5: 1 / 0" in told
    assert "ZeroDivisionError: division by zero" in told
    assert told.splitlines()[-1].startswith("Open ")


def test_report_of_nothing_is_refused(toy, capsys):
    assert cli.main(["report"]) == 2
    assert "run makes one" in capsys.readouterr().err


def test_clean_takes_the_sample_only_when_asked(toy):
    paths.SAMPLE_DATA.mkdir(parents=True)
    (paths.SAMPLE_DATA / "truth.csv").write_text("x")
    assert cli.main(["clean"]) == 0 and paths.SAMPLE_DATA.is_dir()
    assert cli.main(["clean", "--data"]) == 0 and not paths.SAMPLE_DATA.exists()


def test_clean_never_reaches_outside(toy, tmp_path, capsys):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.txt").write_text("x")
    paths.OUTPUTS.mkdir()
    (paths.OUTPUTS / "sample").symlink_to(elsewhere)
    assert cli.main(["clean"]) == 2
    assert "by hand" in capsys.readouterr().err
    assert (elsewhere / "thesis.txt").is_file()
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text("data: x")
    assert cli.main(["clean", "--profile", str(rendered)]) == 2


def test_sample_is_drawn_where_it_is_asked_for(toy, tmp_path, monkeypatch):
    from helpers.data.sample import writing

    asked = []
    monkeypatch.setattr(
        writing, "write_sample", lambda folder, seed: asked.append((folder, seed))
    )
    assert cli.main(["sample", "--out", "mine", "--seed", "7"]) == 0
    assert cli.main(["sample"]) == 0
    assert asked == [(tmp_path / "mine", 7), (paths.SAMPLE_DATA, 42)]
    assert cli.main(["sample", "--seed", "-1"]) == 2


def test_sample_of_another_seed_needs_a_folder_of_its_own(toy, capsys):
    """The next run would draw data/sample anew, with the seed of its profile."""
    assert cli.main(["sample", "--seed", "7"]) == 2
    assert "sample-7" in capsys.readouterr().err and not paths.SAMPLE_DATA.exists()


def test_what_one_may_not_read_is_told_in_a_line(monkeypatch, capsys):
    def refuse(arguments):
        raise PermissionError(13, "Permission denied", "/home/other/derm")

    monkeypatch.setitem(cli._COMMANDS, "doctor", refuse)
    assert cli.main(["doctor"]) == 2
    assert "not allowed [/home/other/derm] -> " in capsys.readouterr().err


def test_folders_are_seen_from_where_one_types(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert commands.from_here(None) is None
    assert commands.from_here("a/../b") == str(tmp_path / "b")
    assert commands.from_here("~") == str(Path.home())
    with pytest.raises(ParameterError, match="no such home folder"):
        commands.from_here("~nobody-of-that-name/derm")
    assert commands.run_folder("laptop", None) == paths.OUTPUTS / "laptop"
    assert commands.run_folder("laptop", "o") == tmp_path / "o"


def test_handed_on_commands_are_those_of_the_parser():
    assert sorted(cli._COMMANDS) == sorted(COMMANDS)
    for command in ("run", "sample", "doctor", "report", "clean"):
        assert parser.build_parser().parse_args([command]).command == command


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_signals_are_given_back():
    import signal

    before = signal.getsignal(signal.SIGINT)
    with interrupts.interruptible("mark") as asked:
        asked.waits = True
        os.kill(os.getpid(), signal.SIGINT)
        assert asked.asked
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        with interrupts.interruptible("mark"):
            os.kill(os.getpid(), signal.SIGTERM)
