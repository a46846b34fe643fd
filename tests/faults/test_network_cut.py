"""Row 24 of the fault table: the network is not there at all.

Notebook 02 alone, which downloads: the other notebooks open nothing but their kernel's
own connection, as it does.
"""

import json
import shutil
import subprocess
import sys

import pytest

from helpers.base.paths import ROOT

pytestmark = pytest.mark.notebook

# A new network namespace holds loopback only, and that switched off.
INSIDE = """
import fcntl, runpy, socket, struct, sys

SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))
assert [name for _, name in socket.if_nameindex()] == ["lo"]
sys.argv = ["helpers", *sys.argv[1:]]
runpy.run_module("helpers", run_name="__main__")
"""


def without_network(*words):
    command = ["unshare", "-rn", sys.executable, "-c", INSIDE, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def cut():
    if shutil.which("unshare") is None:
        pytest.skip("no program unshare: it comes with Linux")
    tried = without_network("--help")
    if tried.returncode:
        pytest.skip(f"no network namespace to be had here: {tried.stderr[-200:]}")


def test_24_default_run_passes_with_the_network_cut(cut, tmp_path, sample_data):
    done = without_network("run", "--only", "02", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "run" / "02_download" / "metrics.json").read_text("utf-8")
    metrics = json.loads(text)
    # What the sample's own server, on loopback, does wrong is all that went wrong.
    assert metrics["planted_faults_right"] == 1 and metrics["downloaded"] > 400
