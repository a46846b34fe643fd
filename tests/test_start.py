"""The door: what it teaches, installs, leaves alone and hands over."""

import ast
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from door_kit import BASE_PYTHON, make_door, posix_only

from helpers.base.paths import ROOT


@pytest.fixture
def door(tmp_path):
    return make_door(tmp_path)


@pytest.fixture
def ready(door):
    """A door whose `.venv` was finished for `run`."""
    door.finish()
    return door


# What it teaches


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["run", "--help"]])
def test_help_teaches_every_command_in_two_lines_and_installs_nothing(door, words):
    done = door.run(*words)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and not door.venv.exists()
    for command in door.load().COMMANDS:
        at = [i for i, line in enumerate(lines) if line.startswith(command + " ")]
        assert len(at) == 1 and lines[at[0] + 1].startswith(" " * 8)


def test_commands_are_those_of_the_plan(door):
    known = "run test lab predict report doctor clean sample fetch"
    assert door.load().COMMANDS == known.split()


@pytest.mark.parametrize(
    ("typed", "meant"), [("rnu", "run"), ("tests", "test"), ("xyzzy", "--help")]
)
def test_unknown_command_names_the_nearest_and_all_others(door, typed, meant):
    done = door.run(typed)
    assert done.returncode == 2 and not door.venv.exists()
    assert f"-> python start.py {meant}\n" in done.stderr
    assert "run, test, lab" in done.stderr and "Traceback" not in done.stderr


# What it installs


@posix_only
def test_first_run_installs_the_pins_and_the_project_then_hands_over(door):
    done = door.run("run", "--jobs", "2")
    (call,) = door.calls()
    words = " ".join(call["words"])
    assert words.startswith("pip install --quiet --compile-bytecode --python ")
    assert words.endswith("-r requirements.txt -e .")
    assert call["folder"] == str(door.folder)
    assert call["env"]["UV_BUILD_CONSTRAINT"] == "constraints.txt"
    said = json.loads(done.stdout)
    assert said["words"] == ["run", "--jobs", "2"]
    assert said["python"] == str(door.venv) and said["folder"] == str(door.folder)
    assert "Installed in" in done.stderr and done.returncode == 0


@posix_only
def test_second_run_installs_nothing_and_says_nothing(ready):
    done = ready.run("run")
    assert done.returncode == 0 and ready.calls() == [] and done.stderr == ""


@posix_only
def test_test_installs_what_tests_need_besides_once(ready):
    ready.run("test")
    ready.run("test")
    ready.run("run")
    (call,) = ready.calls()
    assert "requirements-test.txt" in call["words"]


@posix_only
@pytest.mark.parametrize(
    "name", ["requirements.txt", "constraints.txt", "pyproject.toml"]
)
def test_a_changed_list_is_installed_over_what_is_there(ready, name):
    mine = ready.venv / "kept"
    mine.touch()
    path = ready.folder / name
    path.write_text("# one more line\n" + path.read_text())
    ready.run("run")
    assert len(ready.calls()) == 1 and mine.exists()


@posix_only
def test_settings_of_tools_do_not_install_anything(ready):
    path = ready.folder / "pyproject.toml"
    path.write_text(path.read_text() + "z = 2\n")
    ready.run("run")
    assert ready.calls() == []


@posix_only
def test_bytecode_is_written_where_the_user_switched_it_off(door):
    done = door.run("run", PYTHONDONTWRITEBYTECODE="1")
    assert json.loads(done.stdout)["bytecode"]
    assert "PYTHONDONTWRITEBYTECODE" not in door.calls()[0]["env"]


@posix_only
def test_an_up_to_date_start_adds_less_than_a_third_of_a_second(ready):
    def seconds(*line):
        began = time.monotonic()
        subprocess.run(line, cwd=ready.folder, stdout=subprocess.PIPE, check=True)
        return time.monotonic() - began

    python = str(ready.venv / "bin" / "python")
    plain = min(seconds(python, "-m", "helpers", "run") for _ in range(4))
    ours = min(seconds(BASE_PYTHON, "start.py", "run") for _ in range(4))
    assert ours - plain < 0.3


@posix_only
def test_two_at_once_install_once(door):
    door.plan(seconds=1)
    first = door.start("run")
    door.wait_for_uv()
    second = door.run("run")
    first.communicate(timeout=60)
    assert len(door.calls()) == 1 and first.returncode == second.returncode == 0
    assert second.stderr.count("waiting for it") == 1


# Whom it gives the floor


@posix_only
def test_exit_status_is_the_projects(ready):
    assert ready.run("run", "fail").returncode == 7


def test_exit_status_is_the_projects_on_windows_too(door, monkeypatch):
    module = door.load()
    monkeypatch.setattr(module, "WINDOWS", True)
    monkeypatch.setattr(module, "PYTHON", sys.executable)
    monkeypatch.chdir(door.folder)
    before = signal.getsignal(signal.SIGINT)
    try:
        monkeypatch.setattr(module, "environment", lambda: {**os.environ})
        assert module.hand_over("run", ["fail"]) == 7
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # it waits, unharmed
    finally:
        signal.signal(signal.SIGINT, before)


def line_of(module, monkeypatch, command, *words):
    handed = []
    monkeypatch.setattr(module, "WINDOWS", True)
    monkeypatch.setattr(module.os, "chdir", lambda folder: None)
    monkeypatch.setattr(module.signal, "signal", lambda *_: None)
    monkeypatch.setattr(
        module.subprocess, "call", lambda line, env: handed.append(line)
    )
    module.hand_over(command, [*words])
    return handed[0][2:]


def test_test_is_pytest_with_two_workers_and_the_users_words_last(door, monkeypatch):
    line = line_of(door.load(), monkeypatch, "test", "-k", "door")
    assert line == ["pytest", "-n", "2", "--dist", "loadfile", "-k", "door"]


def test_lab_opens_in_notebooks_and_keeps_its_token(door, monkeypatch):
    line = line_of(door.load(), monkeypatch, "lab", "--no-browser")
    assert line[0] == "jupyterlab" and line[-1] == "--no-browser"
    assert "--LabApp.default_url=/lab/tree/notebooks" in line
    assert "token" not in " ".join(line)


@posix_only
def test_ctrl_c_lets_the_project_end_itself(ready):
    process = ready.start("run", "wait")
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    said, errors = process.communicate(timeout=30)
    assert said == "the project saved its state\n"
    assert process.returncode == 130 and "Traceback" not in errors


@posix_only
def test_ctrl_c_while_installing_ends_quietly_and_leaves_it_unfinished(door):
    door.plan(seconds=30)
    process = door.start("run")
    door.wait_for_uv()
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in errors
    assert json.loads((door.venv / "start.json").read_text()) == {}


# What it reads of pip


def pip_answers(module, monkeypatch, text):
    monkeypatch.setattr(module, "call", lambda *_, env: (0, text))


def test_pip_settings_environment_over_install_over_global(door, monkeypatch):
    module = door.load()
    lines = [
        "WARNING: something pip says",
        ":env:.index-url='https://c.example'",
        "global.extra-index-url='\\nhttps://d.example\\nhttps://e.example'",
        "global.index-url='https://a.example'",
        "install.index-url='https://b.example'",
        "global.no-index=''",
    ]
    pip_answers(module, monkeypatch, "\n".join(lines))
    assert module.pip_settings({}) == {
        "index-url": ["https://c.example"],
        "extra-index-url": ["https://d.example", "https://e.example"],
    }


def test_pip_settings_of_the_environment_count_where_there_is_no_pip(door, monkeypatch):
    module = door.load()
    pip_answers(module, monkeypatch, "No module named pip")
    assert module.pip_settings({"PIP_INDEX_URL": "https://a.example"}) == {
        "index-url": ["https://a.example"]
    }


def test_pip_settings_are_read_from_pip_itself(door, tmp_path):
    module = door.load()
    asks = [BASE_PYTHON, "-m", "pip", "--version"]
    if subprocess.run(asks, capture_output=True).returncode:
        pytest.skip("this Python has no pip to ask")
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://me:pw@mirror.example/simple\n"
        "trusted-host =\n    a.example\n    b.example\n"
    )
    env = door.environment(
        PIP_CONFIG_FILE=str(file), PIP_PROXY="http://proxy.example:1"
    )
    found = module.pip_settings(env)
    assert found["index-url"] == ["https://me:pw@mirror.example/simple"]
    assert found["trusted-host"] == ["a.example", "b.example"]
    assert found["proxy"] == ["http://proxy.example:1"]


def test_first_errors_are_the_errors_without_addresses(door):
    text = "a\nERROR: at `https://me:pw@mirror.example/simple/`\nerror: /srv/wheels\nb"
    said = door.load().first_errors("uv", text)
    assert said == "\n  uv:\n    ERROR: at `<...>`\n    error: <...>"
    assert door.load().first_errors("pip", "killed\n") == "\n  pip:\n    killed"


# What it is


def test_it_imports_the_standard_library_only():
    tree = ast.parse((ROOT / "start.py").read_text("utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    assert names and names <= sys.stdlib_module_names


def test_a_stamp_that_was_cut_counts_as_none(ready):
    module = ready.load()
    assert module.read_stamp()["python"] == module.TAG
    module.STAMP.write_text('{"cut": ')
    assert module.read_stamp() == {}


def test_up_to_date_calls_nothing(ready, monkeypatch):
    module = ready.load()
    monkeypatch.setattr(module, "call", None)
    monkeypatch.setattr(module, "locked", None)
    module.prepare(["requirements.txt"])
