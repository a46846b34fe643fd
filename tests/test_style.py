"""The house rules that a tool can check: lint, form, floors, sizes, pins."""

import ast
import re
import subprocess
import sys

import pytest
import yaml

from helpers.base.paths import ROOT

MAX_MODULE_LINES, MAX_FUNCTION_LINES = 250, 40
MODULES = [ROOT / "start.py", *sorted((ROOT / "helpers").rglob("*.py"))]
LISTS = ["requirements.txt", "requirements-test.txt"]
LOCKS = [*LISTS, "constraints.txt"]
PIN = re.compile(
    r"[a-z0-9]+(?:-[a-z0-9]+)*==[0-9][0-9a-z.]*"
    r"( ; ([a-z_]+ (==|!=|<|>=) '[^'/:]+'|and|or|[() ])+)?"
)


def run(*words):
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def read(name):
    return (ROOT / name).read_text("utf-8")


def lines_of(name):
    return [line for line in read(name).splitlines() if line and line[0] != "#"]


def names_in(name):
    lines = [line for line in lines_of(name) if not line.startswith("-c ")]
    return {re.match("[a-z0-9-]+", line)[0] for line in lines}


def pins():
    return dict(line.split(" ;")[0].split("==") for line in lines_of("constraints.txt"))


# Lint, form, floors


def test_ruff_finds_nothing_in_code_and_notebooks():
    run("-m", "ruff", "check", "--no-cache", ".")


def test_ruff_would_format_nothing():
    run("-m", "ruff", "format", "--check", "--no-cache", ".")


def test_floors_of_the_house_are_kept():
    command = "from importlinter.cli import lint_imports; lint_imports(no_cache=True)"
    run(
        "-c",
        f"import sys; {command.replace('lint_imports(', 'sys.exit(lint_imports(')})",
    )


# Sizes


def functions(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            n_lines = node.end_lineno - node.lineno + 1
            if documented:
                n_lines -= first.end_lineno - first.lineno + 1
            yield node.name, n_lines


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_modules_and_functions_are_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= MAX_MODULE_LINES
    long = {name: n for name, n in functions(path) if n > MAX_FUNCTION_LINES}
    assert not long


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_public_name_is_explained(path):
    """Methods of private classes, too, and functions within functions."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    nodes = (
        n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, kinds)
    )
    bare = [n.name for n in nodes if n.name[0] != "_" and not ast.get_docstring(n)]
    assert not bare


# Pins


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_hold_no_address_and_no_path(name):
    for line in read(name).splitlines():
        assert "://" not in line and " @ " not in line
        assert not re.search(r"(^|\s)(--?[a-z]|/|\.)", line.split("#")[0]) or (
            line == "-c constraints.txt"
        )


def test_constraints_are_exact_names_and_versions():
    lines = lines_of("constraints.txt")
    assert len(lines) > 100
    assert not [line for line in lines if not PIN.fullmatch(line)]
    assert lines == sorted(lines, key=lambda line: line.split("==")[0])


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_pinned_and_has_its_reason(name):
    assert lines_of(name)[0] == "-c constraints.txt"
    for line in lines_of(name)[1:]:
        assert len(line.partition("#")[2].strip()) > 3, f"no reason: {line}"
    assert names_in(name) <= {*pins()}


def test_what_start_py_installs_with_is_pinned_too():
    assert {"uv", "setuptools", "pip"} <= {*pins()}


def test_what_helpers_import_is_required():
    found = set()
    for path in MODULES[1:]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    distributions = {
        "keras_tuner": "keras-tuner",
        "grpc": "grpcio",
        "cv2": "opencv-python-headless",
        "PIL": "pillow",
        "skimage": "scikit-image",
        "sklearn": "scikit-learn",
        "umap": "umap-learn",
        "yaml": "pyyaml",
    }
    third = found - sys.stdlib_module_names - {"helpers"}
    needed = {distributions.get(name, name.lower()) for name in third}
    assert not needed - names_in("requirements.txt")


def test_conda_installs_the_same_and_says_why():
    text = read("environment.yml")
    conda = yaml.safe_load(text)["dependencies"]
    assert conda[-1] == {"pip": ["-r requirements.txt", "-e ."]}
    pinned = [line for line in text.splitlines() if line.lstrip().startswith("- ")]
    unexplained = [line for line in pinned if "#" not in line and "pip:" not in line]
    assert not unexplained


def test_pre_commit_runs_the_same_versions():
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    wanted = {pin for hook in hooks for pin in hook["additional_dependencies"]}
    assert wanted == {f"{name}=={pins()[name]}" for name in ("ruff", "nbstripout")}
    kept = [word for hook in hooks for word in hook.get("args", [])]
    assert "--keep-id" in kept  # nbstripout would renumber every cell otherwise


def test_ci_calls_the_readmes_test_command():
    assert "start.py test" in read(".ci/run")
    assert "python start.py test" in read("README.md")
