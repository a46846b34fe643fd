"""Run folders for the tests of pages: whole, half, old, and with hostile names."""

import base64
import io
import json
from pathlib import Path

import nbformat
from nbformat import v4
from PIL import Image

EVIL = (
    "<script>document.title='HACKED'</script>"
    '"><img src=x onerror="document.title=\'HACKED\'">{{ 7*7 }}'
)
STREET = [
    {"name": "00_tour", "question": "What is on this street?", "needs": []},
    {"name": "01_eda", "question": "What do the tables hold?"},
    {"name": "02_download", "question": "How do addresses become pictures?"},
    {"name": "03_dedup", "question": "Which pictures are the same?"},
]


def png_bytes(width=30, height=20):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#0072b2").save(buffer, "PNG")
    return buffer.getvalue()


def write_notebook(path: Path, outputs=(), text="# 01 · A title\n\nProse.", source="1"):
    cell = v4.new_code_cell(source, outputs=list(outputs), execution_count=1)
    cells = [v4.new_markdown_cell(text), cell, v4.new_markdown_cell("## Check\n\nEnd.")]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path


def shown(data, **metadata):
    return v4.new_output("display_data", data=data, metadata=metadata)


def png_output(alt):
    data = {"image/png": base64.b64encode(png_bytes()).decode(), "text/plain": "fig"}
    return shown(data, **{"image/png": {"alt": alt, "width": 15}})


def write_run(out: Path, evil: str = "<b>") -> Path:
    """Write a run with one notebook of each fate; its names and texts hold `evil`."""
    notebooks = {
        "00_tour": {"status": "done", "seconds": 6.12},
        "01_eda": {"status": "up-to-date", "seconds": 75},
        "02_download": {"status": "failed", "error": f"cell 3: KeyError\n{evil}"},
        "03_dedup": {"status": "skipped", "error": f"needs 02_download {evil}"},
    }
    run = {"schema": 1, "profile": evil, "seed": 42, "seconds": 81.5, "device": "cpu"}
    run |= {"versions": {"python": "3.11.7"}, "notebooks": notebooks}
    out.mkdir(parents=True, exist_ok=True)
    (out / "run.json").write_text(json.dumps(run), encoding="utf-8")
    html = shown({"text/html": f"<table><tr><td>{evil}</td></tr></table>"})
    error = v4.new_output(
        "error", ename="E", evalue=evil, traceback=[f"\x1b[31m{evil}"]
    )
    for name in ("00_tour", "01_eda", "02_download"):
        outputs = [html, png_output(evil), shown({"text/plain": evil}), error]
        path = out / "notebooks" / f"{name}.ipynb"
        write_notebook(
            path, outputs, f"# {name} · {evil}\n\n{evil}", f"x = '''{evil}'''"
        )
    figures = out / "01_eda" / "figures"
    figures.mkdir(parents=True)
    for name in ("sizes", "a b#1%"):
        (figures / f"{name}.png").write_bytes(png_bytes())
        (figures / f"{name}.svg").write_text(
            "<svg xmlns='http://www.w3.org/2000/svg'/>"
        )
        (figures / f"{name}.txt").write_text(f"Sizes. {evil}", encoding="utf-8")
    numbers = {
        "key_numbers": {f"pictures {evil}": 7993, "kappa": 0.3681, "ok": True, "z": 1}
    }
    (out / "01_eda" / "metrics.json").write_text(json.dumps(numbers), encoding="utf-8")
    return out
