"""A small copy of the project with a uv that installs nothing, to try the door on."""

import importlib.util
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.base.paths import ROOT

BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
COPIED = ("start.py", "requirements.txt", "requirements-test.txt", "constraints.txt")
posix_only = pytest.mark.skipif(
    os.name == "nt", reason="the stand-in for uv is a shell script; signals are POSIX's"
)

HELPERS = """\
import json, os, sys, time
try:
    print(json.dumps({"words": sys.argv[1:], "folder": os.getcwd(),
                      "python": sys.prefix, "bytecode": not sys.dont_write_bytecode}),
          flush=True)
    time.sleep(60 if "wait" in sys.argv else 0)
except KeyboardInterrupt:
    print("the project saved its state", flush=True)
    sys.exit(130)
sys.exit(7 if "fail" in sys.argv else 0)
"""
UV = """\
import json, os, sys, time
from pathlib import Path
here = Path(__file__).parent
plan = json.loads((here / "plan.json").read_text())
names = ("UV_", "PIP_", "SSL_", "ALL_PROXY", "PYTHONDONT", "VIRTUAL_ENV")
call = {"words": sys.argv[1:], "folder": os.getcwd(), "began": time.time(),
        "env": {n: os.environ[n] for n in os.environ if n.startswith(names)}}
(here / "started").touch()
time.sleep(plan.get("seconds", 0))
if "says" in plan:
    print(plan["says"], file=sys.stderr)
with (here / "calls.jsonl").open("a") as file:
    file.write(json.dumps({**call, "ended": time.time()}) + "\\n")
sys.exit(plan.get("code", 0))
"""


class Door:
    """A project of its own in `folder`, and what its installer was asked to do."""

    def __init__(self, folder: Path, tools: Path):
        self.folder, self.tools, self.venv = folder, tools, folder / ".venv"
        (folder / "helpers").mkdir(parents=True)
        (folder / "notebooks").mkdir()
        for name in COPIED:
            shutil.copy(ROOT / name, folder)
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = []\n[project]\nname = "x"\n[tool.x]\ny = 1\n'
        )
        (folder / "helpers" / "__main__.py").write_text(HELPERS)
        tools.mkdir()
        (tools / "uv.py").write_text(UV)
        uv = tools / "uv"
        uv.write_text(f'#!/bin/sh\nexec "{BASE_PYTHON}" "{tools / "uv.py"}" "$@"\n')
        uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
        self.plan()

    def plan(self, **what):
        """Tell uv what to do next: code=, seconds=, says=."""
        (self.tools / "plan.json").write_text(json.dumps(what))
        (self.tools / "started").unlink(missing_ok=True)

    def calls(self) -> list[dict]:
        path = self.tools / "calls.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def environment(self, **extra) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "UV_", "SSL_", "VIRTUAL_ENV"))
        }
        return {**kept, "PIP_CONFIG_FILE": os.devnull, "PATH": str(self.tools), **extra}

    def start(self, *words, python=BASE_PYTHON, cwd=None, **extra) -> subprocess.Popen:
        return subprocess.Popen(
            [str(python), str(self.folder / "start.py"), *words],
            cwd=cwd or self.tools,
            env=self.environment(**extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, *words, **options) -> subprocess.CompletedProcess:
        process = self.start(*words, **options)
        said = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, *said)

    def wait_for_uv(self):
        """Return when uv is at work."""
        deadline = time.monotonic() + 30
        while not (self.tools / "started").exists():
            assert time.monotonic() < deadline, "uv was never called"
            time.sleep(0.02)

    def finish(self, *lists):
        """Make `.venv` as if the lists had been installed."""
        without_pip = [BASE_PYTHON, "-m", "venv", "--without-pip", self.venv]
        subprocess.run(without_pip, check=True)
        module = self.load()
        stamp = {"python": module.TAG, "venv": str(self.venv)}
        stamp.update(module.hashes(lists or ["requirements.txt"]))
        module.STAMP.write_text(json.dumps(stamp))

    def load(self):
        """Return the copied start.py as a module, to try its functions one by one."""
        spec = importlib.util.spec_from_file_location("door", self.folder / "start.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def make_door(folder: Path) -> Door:
    """Return a door in a folder whose name holds spaces and an accent."""
    return Door(folder / "a proj\u00e9ct", folder / "tools")
