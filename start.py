"""The one door: makes `.venv` where it is missing, installs the pins, hands on.

Standard library only; without annotations, so that Python 3.6 can read a refusal.
"""

import ast
import difflib
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HELP = """\
python start.py COMMAND ...   (COMMAND --help names every option)

run      execute the notebooks; the last line names the page to open
         --profile sample|laptop|full  --data DIR  --only 03_dedup  --jobs 2
test     install what the tests need besides, and run every check
         more words go to pytest: tests/test_start.py  -k door  -n 0
lab      open JupyterLab in notebooks/, to read, change and run them by hand
         more words go to JupyterLab: --no-browser  --port 8889
predict  apply a trained model to a folder of pictures
         --model DIR  --images DIR  --out DIR
report   write the pages of a run once more, without running anything
         --out outputs/sample
doctor   say what this machine has, which data are here and what can run
         its answer belongs to every question about a failure
clean    delete what runs have written; real data stay
         clean --help says what exactly
sample   draw the sample data; nothing to do where they are whole
         --seed 42
fetch    get real data or weights, as far as the licence allows
         ham10000 | dermnet | fitzpatrick17k | weights"""
COMMANDS = re.findall(r"^([a-z]+)  ", HELP, re.MULTILINE)
VERSIONS = ("3.11", "3.12", "3.13")
NEEDED_MB = 6000  # .venv measured at 4,400 MB; the rest for wheels as they unpack
WINDOWS = os.name == "nt"
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP, LOCK = VENV / "start.json", VENV / "start.lock"
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)  # even from inside .venv
TAG = f"{sys.platform} {sys.implementation.cache_tag}"  # as "linux cpython-311"
# uv does not read pip's configuration: what pip calls it = what uv calls it.
UV_NAMES = """index-url=UV_DEFAULT_INDEX extra-index-url=UV_INDEX cert=SSL_CERT_FILE
find-links=UV_FIND_LINKS trusted-host=UV_INSECURE_HOST client-cert=SSL_CLIENT_CERT
proxy=ALL_PROXY timeout=UV_HTTP_TIMEOUT default-timeout=UV_HTTP_TIMEOUT"""


def say(text):
    """Write to stderr: a command's own output stays clean."""
    print(text, file=sys.stderr, flush=True)


def stop(what, way_out, status=2):
    """Say what is wrong and what to do, and end with `status`."""
    say(f"{what}\n-> {way_out}")
    sys.exit(status)


def check_python(version):
    """Stop unless `version`, as in `sys.version_info`, is supported."""
    here, works = f"{version[0]}.{version[1]}", ", ".join(VERSIONS)
    if here not in VERSIONS:
        other = [v for v in VERSIONS if call("python" + v, "-V", env=None)[0] == 0]
        way_out = f"python{other[0]} start.py" if other else "install one of these"
        stop(f"This is Python {here}; the project works with Python {works}.", way_out)


def environment():
    """Return the variables of our own processes, as after activating `.venv`."""
    path = str(PYTHON.parent) + os.pathsep + os.environ.get("PATH", "")
    env = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # else each kernel compiles all libraries
    return env


def hashes(lists):
    """Return per requirements file a hash of all that decides what it installs."""
    text = {name: (ROOT / name).read_bytes() for name in ("constraints.txt", *lists)}
    package = (ROOT / "pyproject.toml").read_bytes().split(b"[tool.")[0]
    all_lists = package + text.pop("constraints.txt")
    return {n: hashlib.sha256(all_lists + text[n]).hexdigest() for n in text}


def read_stamp():
    """Return the stamp of a `.venv` that was finished, here, by this Python; or {}."""
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
        # Not text against text: on macOS one folder has several spellings.
        fits = stamp["python"] == TAG and VENV.samefile(stamp["venv"])
        return stamp if fits and PYTHON.exists() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def locked():
    """Return an open file that only one process holds; wait while another does."""
    file = LOCK.open("w")
    os.set_inheritable(file.fileno(), True)  # an installer that outlives us holds it
    for turn in itertools.count():
        try:  # the system unlocks it when the holders end, however they end
            if WINDOWS:
                __import__("msvcrt").locking(file.fileno(), 2, 1)  # LK_NBLCK
            else:
                __import__("fcntl").flock(file, 6)  # LOCK_EX | LOCK_NB
            return file
        except (BlockingIOError, PermissionError):
            if turn == 0:
                say("Another start.py is installing; waiting for it (Ctrl-C: stop).")
            time.sleep(0.2)


def call(*command, env):
    """Run an installer in the project's folder; return its status and all it said."""
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    pipes.update(stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace")
    try:  # the lock goes along, but not on Windows
        done = subprocess.run(command, cwd=ROOT, env=env, close_fds=WINDOWS, **pipes)
        return done.returncode, done.stdout + done.stderr
    except OSError as error:
        return 127, str(error)


def pip_settings(env):
    """Return what pip is configured with: its files, overruled by PIP_* variables."""
    found = {n[4:].lower().replace("_", "-"): env[n] for n in env if n[:4] == "PIP_"}
    both = (PYTHON, BASE_PYTHON)  # one of them may have no pip
    said = "\n".join(call(p, "-m", "pip", "config", "list", env=env)[1] for p in both)
    for section in ("global", "install", ":env:"):  # the later wins, as in pip
        for name, value in re.findall(rf"^{section}\.(\S+?)=(.*)", said, re.MULTILINE):
            found[name] = ast.literal_eval(value)
    return {name: value.split() for name, value in found.items() if value.strip()}


def first_errors(name, text):
    """Return the first errors of an installer, without addresses (and passwords)."""
    lines = re.sub(r"(\w+:/)?/[^\s'\"`]+", "<...>", text).strip().splitlines()
    errors = [line.strip() for line in lines if "error" in line.lower()] or lines
    return "\n    ".join([f"\n  {name}:", *errors[:3]])


def install(lists):
    """Install with uv, else with pip; return what they said where both failed."""
    env, settings = environment(), pip_settings(environment())
    for name, uv_name in (pair.split("=") for pair in UV_NAMES.split()):
        if name in settings:  # into memory only: it may hold a password
            comma = "," if name == "find-links" else " "
            env.setdefault(uv_name, comma.join(settings[name]))
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # all indexes, as pip does
    pins = "constraints.txt"  # also for what builds the project; holds no space
    env.update(UV_BUILD_CONSTRAINT=pins, PIP_CONSTRAINT=pins, PIP_BUILD_CONSTRAINT=pins)
    pip = [PYTHON, "-m", "pip", "install", "--no-user", "--quiet"]
    if not shutil.which("uv", path=env["PATH"]):
        call(PYTHON, "-m", "ensurepip", env=env)
        call(*pip, "--retries", "1", "uv", env=env)
    uv = [shutil.which("uv", path=env["PATH"]) or "uv", "pip", "install", "--quiet"]
    uv += ["--compile-bytecode", "--python", PYTHON]
    uv += ["--no-index"] * (settings.get("no-index") in (["1"], ["true"]))
    own = re.search("index|links", " ".join(settings))  # where pip finds its torch
    uv += [] if own else ["--torch-backend=auto"]  # no CUDA where there is no GPU
    what = [word for name in lists for word in ("-r", name)] + ["-e", "."]
    code, uv_said = call(*uv, *what, env=env)
    if not code:
        return ""
    say("uv could not do it; now pip, which takes some minutes.")
    call(PYTHON, "-m", "ensurepip", env=env)
    code, pip_said = call(*pip, *what, env=env)
    tried = first_errors("uv", uv_said) + first_errors("pip", pip_said)
    return f"{tried}\n  pip's settings: {', '.join(settings) or 'none'}" if code else ""


def make_anew():
    """Empty `.venv` but for its files (killed here, it is still ours); begin again."""
    for path in (p for p in VENV.iterdir() if p.is_dir() and not p.is_symlink()):
        shutil.rmtree(path)
    call(BASE_PYTHON, "-m", "venv", "--without-pip", VENV, env=environment())


def prepare(lists):
    """Make `.venv` hold what the requirements files name; do nothing where it does."""
    want, stamp, began = hashes(lists), read_stamp(), time.monotonic()
    if want.items() <= stamp.items():
        return
    names = {path.name for path in VENV.iterdir()} if VENV.exists() else set()
    if names and not names & {"pyvenv.cfg", STAMP.name, LOCK.name}:
        stop(f"{VENV} is not a Python environment.", "move it away")
    free_mb = shutil.disk_usage(ROOT).free / 1e6
    if not stamp and free_mb < NEEDED_MB:
        stop(f"{ROOT} has {free_mb:.0f} MB free.", f".venv needs {NEEDED_MB} MB")
    VENV.mkdir(exist_ok=True)
    with locked():
        stamp = read_stamp()
        if want.items() <= stamp.items():
            return  # the one we waited for has done it
        say("Installing into .venv: the first time half a minute, or some minutes.")
        STAMP.write_text("{}")  # unfinished from here on
        if not stamp:
            make_anew()
        problem = install(lists)
        stamp.update({} if problem else dict(want, python=TAG, venv=str(VENV)))
        STAMP.write_text(json.dumps(stamp))  # what worked before still does
    if problem:
        way_out = "set HTTPS_PROXY or PIP_INDEX_URL; no pip: apt install python3-venv"
        stop(f"Not installed. No network, a proxy, a mirror?{problem}", way_out, 1)
    say(f"Installed in {time.monotonic() - began:.0f} s.")


def hand_over(command, words):
    """Give the project the floor, and return its exit status."""
    pytest = ["pytest", "-n", "2", "--dist", "loadfile"]  # 2: kernels need memory
    lab = ["jupyterlab", "--LabApp.default_url=/lab/tree/notebooks"]
    module = {"test": pytest, "lab": lab}.get(command, ["helpers", command])
    line, env = [str(PYTHON), "-m", *module, *words], environment()
    os.chdir(ROOT)
    if not WINDOWS:
        os.execve(line[0], line, env)  # signals and exit status are the project's own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the project gets it, and we wait
    return subprocess.call(line, env=env)


def main(words):
    """Teach, refuse, or install what is missing and hand over."""
    check_python(sys.version_info)
    command = words[0] if words else "--help"
    if command not in (*COMMANDS, "-h", "--help"):
        near = "".join(difflib.get_close_matches(command, COMMANDS, 1)) or "--help"
        unknown = f"There is no command {command!r}; there are {', '.join(COMMANDS)}."
        stop(unknown, f"python start.py {near}")
    lists = ["requirements.txt"] + ["requirements-test.txt"] * (command == "test")
    if command not in COMMANDS or ({"-h", "--help"} & {*words} and not read_stamp()):
        return print(HELP)
    prepare(lists)
    return hand_over(command, words[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:  # read-only, full, in use
        stop(str(error), "put the project where you may write, and close what uses it")
