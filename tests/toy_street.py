"""A street of three tiny notebooks, a second each, to test the runner with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.series import runner
from helpers.series.catalogue import Notebook
from helpers.series.request import Request, Street

FIRST, SECOND, THIRD, ALONE = "00_first", "01_second", "02_third", "03_alone"

IMPORTS = "import os\nfrom pathlib import Path\n\nfrom helpers.storage import manifests"
PARAMETERS = """\
data: str = "data/sample"  # the data folder
out: str = "outputs/sample"  # the run folder
seed: int = 42  # one seed
n: int = 3  # how many [1, 10]
share: float = 0.5  # of the whole [0, 1]
way: str = "mean"  # one of: mean, median
sizes: list[int] = [32, 64]  # in pixels
limit: int | None = None  # none for all"""
FINISH = """\
folder = Path(out, {name!r})
folder.mkdir(parents=True, exist_ok=True)
_ = (folder / "metrics.json").write_text(f'{{{{"n": {{n}}, "seed": {{seed}}}}}}')
_ = manifests.write_manifest(folder)"""


def write_notebook(folder: Path, name: str, *bodies: str, parameters=PARAMETERS):
    """Write a notebook of the house form, in small."""
    codes = [IMPORTS, parameters, *bodies, FINISH.format(name=name)]
    cells = [new_code_cell(code) for code in codes]
    cells[1].metadata["tags"] = ["parameters"]
    for at, cell in enumerate(cells):
        cell.id = f"c{at}"  # ids are drawn at random; the source shall stay the same
    title = new_markdown_cell(f"# {name}", id="title")
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[title, *cells]), folder / f"{name}.ipynb")


class Toy:
    """A street below a folder: first <- second <- third, and one alone."""

    def __init__(self, root: Path) -> None:
        self._place(root)
        self.profiles.mkdir(parents=True)
        self.data.mkdir()
        (self.data / "note.txt").write_text("some data")
        self.write_profile()
        for name in (FIRST, SECOND, THIRD, ALONE):
            self.write(name, "x = 1")

    @classmethod
    def at(cls, root: Path) -> "Toy":
        """Return the street that already lies at `root`."""
        toy = cls.__new__(cls)
        toy._place(root)
        return toy

    def _place(self, root: Path) -> None:
        self.root, self.out, self.data = root, root / "out", root / "data"
        self.notebooks, self.profiles = root / "notebooks", root / "profiles"

    def write_profile(self, notebooks: str = "{}") -> None:
        text = f"title: Toy\ndata: {self.data.as_posix()}\nseed: 7\n"
        (self.profiles / "sample.yaml").write_text(text + f"notebooks: {notebooks}\n")

    def write(self, name: str, *bodies: str, **more) -> None:
        write_notebook(self.notebooks, name, *bodies, **more)

    @property
    def street(self) -> Street:
        chain = [
            Notebook(FIRST, "What is first?", disk_mb=1, seconds=1),
            Notebook(SECOND, "And then?", needs=(FIRST,), disk_mb=1, seconds=1),
            Notebook(THIRD, "At last?", needs=(SECOND,), disk_mb=1, seconds=1),
            Notebook(ALONE, "Who is alone?", disk_mb=1, seconds=0.5),
        ]
        notebooks = {one.name: one for one in chain}
        return Street(notebooks, self.notebooks, self.profiles)

    def run(self, **asked) -> runner.Summary:
        settings = {"out": str(self.out), "jobs": 2} | asked
        return runner.run(Request(**settings), self.street)

    def statuses(self, **asked) -> dict[str, str]:
        return {name: r.status for name, r in self.run(**asked).records.items()}

    def run_json(self) -> dict:
        return json.loads((self.out / "run.json").read_text())

    def start(self, **asked) -> subprocess.Popen:
        """Start a run in a process of its own; its group gets no signal of ours."""
        code = (
            "import sys, toy_street; from pathlib import Path\n"
            f"toy = toy_street.Toy.at(Path({str(self.root)!r}))\n"
            "try:\n"
            f"    sys.exit(toy.run(**{asked!r}).exit_code)\n"
            "except Exception as error:\n"
            "    print(error, file=sys.stderr)\n"
            "    sys.exit(2)\n"
        )
        path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def wait_until(condition, seconds: float = 40):
    """Wait until `condition` gives something true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise TimeoutError(f"not within {seconds} s")


def kill(process: subprocess.Popen) -> None:
    """End a process without a chance to tidy up."""
    process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait(20)
