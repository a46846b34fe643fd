"""faults.md, "The door": rows 53 to 59. Row 60 comes with `check`."""

import ast
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from door_kit import BASE_PYTHON, make_door, posix_only

from helpers.base.paths import ROOT

SECRET = "hunter2"
MIRROR = f"https://me:{SECRET}@mirror.example/simple"


@pytest.fixture
def door(tmp_path):
    return make_door(tmp_path)


@pytest.fixture
def inside(door, monkeypatch, capsys):
    """The copied start.py as a module whose installers are answered by the test."""
    module = door.load()
    module.asked, module.answers = [], {}

    def call(*command, env):
        module.asked.append(([str(word) for word in command], env))
        words = " ".join(map(str, command))
        for part, answer in module.answers.items():
            if part in words:
                return answer
        return 0, ""

    monkeypatch.setattr(module, "call", call)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(door.tools))
    return module


def refused(module, capsys, status):
    with pytest.raises(SystemExit) as stopped:
        module.prepare(["requirements.txt"])
    assert stopped.value.code == status
    said = capsys.readouterr().err
    assert "\n-> " in said
    return said


# 53: Python 3.10 or 3.14


@pytest.mark.parametrize("version", [(3, 6, 1), (3, 10, 14), (3, 14, 0), (4, 0, 0)])
def test_53_other_pythons_are_refused_with_those_that_work(inside, capsys, version):
    with pytest.raises(SystemExit) as stopped:
        inside.check_python(version)
    said = capsys.readouterr().err
    assert stopped.value.code == 2 and "3.11, 3.12, 3.13" in said
    assert f"This is Python {version[0]}.{version[1]};" in said


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_53_these_pythons_are_let_in(inside, version):
    inside.check_python(version)


def old_pythons():
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = sorted(root.glob("versions/3.*/bin/python"))
    return [p for p in found if p.parts[-3].rpartition(".")[0] in OLD] or [None]


OLD = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.14")


@pytest.mark.parametrize("python", old_pythons(), ids=lambda p: p and p.parts[-3])
def test_53_old_pythons_answer_with_a_sentence(door, python):
    if python is None:
        pytest.skip(f"pyenv has none of Python {', '.join(OLD)} here")
    done = door.run("run", python=python)
    assert done.returncode == 2 and not door.venv.exists()
    assert "works with Python 3.11, 3.12, 3.13" in done.stderr
    assert "Traceback" not in done.stderr and "SyntaxError" not in done.stderr


def test_53_the_door_parses_on_the_oldest_python_that_is_in_use():
    ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 6))


# 54: no network on first install; a proxy; a configured mirror


def test_54_without_network_it_says_what_was_tried_and_ends_with_1(inside, capsys):
    inside.answers = {
        "uv pip install": (2, "error: Failed to fetch: `https://pypi.example/numpy/`"),
        "-m pip install": (1, "ERROR: No matching distribution found for numpy"),
    }
    said = refused(inside, capsys, 1)
    assert "uv:\n    error: Failed to fetch" in said
    assert "pip:\n    ERROR: No matching distribution" in said
    assert "HTTPS_PROXY" in said and "PIP_INDEX_URL" in said
    assert "pypi.example" not in said
    assert inside.read_stamp() == {}


def test_54_what_worked_before_still_does_after_a_failure(door, inside, capsys):
    door.finish()
    before = inside.read_stamp()
    inside.answers = {"pip install": (1, "no network")}
    with pytest.raises(SystemExit):
        inside.prepare(["requirements.txt", "requirements-test.txt"])
    assert before and inside.read_stamp() == before
    inside.asked.clear()
    inside.prepare(["requirements.txt"])
    assert not inside.asked


@posix_only
def test_54_mirror_and_proxy_are_handed_to_uv_and_never_shown(door):
    done = door.run(
        "run",
        PIP_INDEX_URL=MIRROR,
        PIP_EXTRA_INDEX_URL="https://x.example/simple https://y.example/simple",
        PIP_FIND_LINKS="/wheels/a /wheels/b",
        PIP_CERT="/some/ca.pem",
        PIP_PROXY="http://proxy.example:3128",
        PIP_TRUSTED_HOST="x.example",
        PIP_DEFAULT_TIMEOUT="99",
        PIP_NO_INDEX="1",
    )
    (call,) = door.calls()
    expected = {
        "UV_DEFAULT_INDEX": MIRROR,
        "UV_INDEX": "https://x.example/simple https://y.example/simple",
        "UV_FIND_LINKS": "/wheels/a,/wheels/b",
        "SSL_CERT_FILE": "/some/ca.pem",
        "ALL_PROXY": "http://proxy.example:3128",
        "UV_INSECURE_HOST": "x.example",
        "UV_HTTP_TIMEOUT": "99",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    assert expected.items() <= call["env"].items()
    assert "--no-index" in call["words"]
    assert SECRET not in " ".join(call["words"]) + done.stdout + done.stderr
    files = [path for path in door.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"mirror.example" in path.read_bytes()]


@posix_only
def test_54_uvs_own_configuration_goes_before_pips(door):
    own = "https://own.example/simple"
    door.run("run", PIP_INDEX_URL=MIRROR, UV_DEFAULT_INDEX=own)
    assert door.calls()[0]["env"]["UV_DEFAULT_INDEX"] == own


# 55: .venv half made (killed), made by another Python, moved


@posix_only
def test_55_killed_while_installing_is_made_again(door):
    door.plan(seconds=30)
    process = door.start("run")
    door.wait_for_uv()
    leftover = door.venv / "lib" / "half"
    leftover.touch()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    door.plan()
    assert door.run("run").returncode == 0
    assert len(door.calls()) == 1 and not leftover.exists()


@posix_only
def test_55_an_installer_that_outlives_start_py_keeps_the_next_one_waiting(door):
    door.plan(seconds=1.5)
    process = door.start("run")
    door.wait_for_uv()
    os.kill(process.pid, signal.SIGKILL)  # its uv goes on
    door.plan()
    assert door.run("run").returncode == 0
    process.communicate(timeout=30)
    orphan, again = sorted(door.calls(), key=lambda call: call["began"])
    assert again["began"] >= orphan["ended"]


@posix_only
@pytest.mark.parametrize("left", [[], ["start.lock"], ["lib/", "pyvenv.cfg"]])
def test_55_whatever_a_kill_leaves_is_still_known_as_ours(door, left):
    door.venv.mkdir()
    for name in left:
        path = door.venv / name
        path.mkdir() if name.endswith("/") else path.touch()
    assert door.run("run").returncode == 0


@posix_only
def test_55_made_by_another_python_is_made_again(door):
    door.finish()
    stamp = json.loads((door.venv / "start.json").read_text())
    stamp["python"] = "linux cpython-310"
    (door.venv / "start.json").write_text(json.dumps(stamp))
    leftover = door.venv / "lib" / "of_another_python"
    leftover.touch()
    assert door.run("run").returncode == 0
    assert len(door.calls()) == 1 and not leftover.exists()


@posix_only
def test_55_its_python_is_gone_so_it_is_made_again(door):
    door.finish()
    python = door.venv / "bin" / "python"
    python.unlink()
    python.symlink_to(door.folder / "uninstalled")
    assert door.run("run").returncode == 0 and len(door.calls()) == 1


@posix_only
def test_55_moved_with_its_project_it_is_made_again(door):
    door.finish()
    door.folder = door.folder.rename(door.folder.with_name("moved here"))
    done = door.run("run")
    assert done.returncode == 0 and len(door.calls()) == 1
    assert json.loads(done.stdout)["python"] == str(door.folder / ".venv")


def test_55_a_folder_that_is_no_environment_is_refused_and_kept(door):
    door.venv.mkdir()
    (door.venv / "thesis.docx").write_text("three years")
    done = door.run("run")
    assert done.returncode == 2 and "not a Python environment" in done.stderr
    assert [path.name for path in door.venv.iterdir()] == ["thesis.docx"]


# 56: no space for the environment


def test_56_lack_of_space_is_said_before_anything_is_made(inside, capsys, monkeypatch):
    free = inside.shutil.disk_usage(ROOT)._replace(free=10_000_000)
    monkeypatch.setattr(inside.shutil, "disk_usage", lambda folder: free)
    said = refused(inside, capsys, 2)
    assert "10 MB free" in said and f"needs {inside.NEEDED_MB} MB" in said
    assert not inside.asked and not inside.VENV.exists()


# 57: uv missing or failing


def test_57_uv_missing_is_fetched_by_pip(inside, monkeypatch):
    inside.asked.clear()
    monkeypatch.setenv("PATH", "")
    inside.prepare(["requirements.txt"])
    lines = [" ".join(line[1:]) for line, _ in inside.asked]
    assert "-m ensurepip" in lines
    assert "-m pip install --no-user --quiet --retries 1 uv" in lines
    constraints = [
        env.get("PIP_CONSTRAINT") for line, env in inside.asked if "uv" in line
    ]
    assert {*constraints} == {"constraints.txt"}


@pytest.mark.parametrize("status", [1, 127])
def test_57_uv_failing_is_followed_by_pip(inside, capsys, status):
    inside.answers = {"uv pip install": (status, "no")}
    inside.prepare(["requirements.txt", "requirements-test.txt"])
    last, env = inside.asked[-1]
    assert last[1:5] == ["-m", "pip", "install", "--no-user"]
    assert last[-6:] == [
        *("-r", "requirements.txt", "-r", "requirements-test.txt", "-e", ".")
    ]
    assert "now pip" in capsys.readouterr().err


def test_57_a_uv_that_cannot_even_start_counts_as_failing(door):
    code, said = door.load().call(str(door.folder / "no such uv"), env=None)
    assert code == 127 and "no such uv" in said


# 58: run from another folder, path with spaces, read-only checkout


@posix_only
def test_58_from_another_folder_with_spaces_and_accents_in_the_path(door, tmp_path):
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    done = door.run("run", cwd=elsewhere)
    assert done.returncode == 0 and " " in str(door.folder)
    assert json.loads(done.stdout)["folder"] == str(door.folder)
    assert not any(elsewhere.iterdir())


@posix_only
@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_58_read_only_checkout_is_refused_with_the_reason(door, number):
    wrapper = door.tools / "read_only.py"
    wrapper.write_text(
        "import os, pathlib, runpy, sys\n"
        "def mkdir(self, **_):\n"
        f"    raise OSError({number}, os.strerror({number}), str(self))\n"
        "pathlib.Path.mkdir = mkdir\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [BASE_PYTHON, wrapper, door.folder / "start.py", "run"],
        env=door.environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 2 and os.strerror(number) in done.stderr
    assert "-> put the project where you may write" in done.stderr
    assert "Traceback" not in done.stderr


@posix_only
def test_58_read_only_checkout_with_a_finished_environment_works(door):
    door.finish()
    before = {path: path.stat().st_mtime_ns for path in door.folder.rglob("*")}
    assert door.run("run", PYTHONDONTWRITEBYTECODE="1").returncode == 0
    after = {path: path.stat().st_mtime_ns for path in door.folder.rglob("*")}
    new = {p for p in after if after[p] != before.get(p)}
    assert not {p for p in new if "__pycache__" not in p.parts and p.name != "helpers"}


# 59: Windows path lengths and separators, macOS case folding

SOURCES = [ROOT / "start.py", *sorted((ROOT / "helpers").rglob("*.py"))]
SHELLS = {"system", "popen", "getoutput", "getstatusoutput"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_59_no_shell_strings(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            assert "shell" not in {keyword.arg for keyword in node.keywords}
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            owner = getattr(getattr(node.func, "value", None), "id", "")
            assert not (owner in ("os", "subprocess") and name in SHELLS)


def test_59_programs_are_found_where_windows_has_them(door):
    source = (door.folder / "start.py").read_text("utf-8")
    as_on_windows = source.replace('os.name == "nt"', "True")
    assert as_on_windows != source
    (door.folder / "start.py").write_text(as_on_windows, "utf-8")
    python = door.load().PYTHON.relative_to(door.folder)
    assert python.parts == (".venv", "Scripts", "python.exe")


@posix_only
def test_59_another_spelling_of_the_same_folder_installs_nothing(door, tmp_path):
    door.finish()
    other = tmp_path / "OTHER SPELLING"
    other.symlink_to(door.folder)
    stamp = json.loads((door.venv / "start.json").read_text())
    stamp["venv"] = str(other / ".venv")
    (door.venv / "start.json").write_text(json.dumps(stamp))
    assert door.run("run").returncode == 0 and door.calls() == []


def test_59_every_file_is_read_and_written_the_same_on_every_system():
    attributes = (ROOT / ".gitattributes").read_text("utf-8")
    assert "* text=auto eol=lf" in attributes  # or checkouts hash otherwise on Windows
    assert sys.maxsize > 2**32
