"""A little web of pictures, and settings that make its faults end quickly."""

import csv
import json
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from helpers.data import download
from helpers.data.download import Limits, Settings
from helpers.data.fetch_errors import FetchError
from helpers.data.http import Client
from helpers.data.rebuilding import squeeze
from helpers.data.sample.web import server

HOST = "pictures-a.example"
QUICK = Settings(
    spacing_s=0,
    n_tries=3,
    backoff_s=0.02,
    max_wait_s=2.0,
    limits=Limits(connect_s=1, read_s=0.8, total_s=2.0, max_bytes=2**20),
)


def picture(number: int) -> bytes:
    """Return a JPEG of 96 x 64 px, another one for each number, some 7 kB."""
    rng = np.random.default_rng(number)
    rgb = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", rgb)[1].tobytes()


def address(number: int, host: str = HOST) -> str:
    return f"http://{host}/pic/p/lichen-planus/lichen-planus{number}.jpg"


def image_id(number: int) -> str:
    return f"{number:032x}"


def alphanum(url: str) -> str:
    return f"http{squeeze(url)}.jpg"


def table_of(urls: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image_id": [image_id(number) for number in range(len(urls))],
            "url": urls,
            "url_alphanum": [alphanum(url) for url in urls],
        }
    )


def make_web(
    folder: Path, faults: list[str], dead: int = 0
) -> tuple[Path, pd.DataFrame]:
    """Write a sample folder of one picture per fault ("" for none) and its table."""
    urls = [address(number) for number in range(len(faults))]
    gone = [address(number, "gone-c.example") for number in range(dead)]
    images = folder / "fitzpatrick17k" / "images"
    images.mkdir(parents=True)
    for number in range(len(urls)):
        (images / f"{image_id(number)}.jpg").write_bytes(picture(number))
    table = table_of(urls + gone)
    with (images.parent / "fitzpatrick17k.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["md5hash", "url", "url_alphanum"])
        writer.writerows(table.itertuples(index=False))
    web = {
        "schema": 1,
        "hosts": [HOST],
        "dead_hosts": ["gone-c.example"],
        "hidden": {},
        "faults": {u: f for u, f in zip(urls, faults, strict=True) if f},
    }
    (folder / "web.json").write_text(json.dumps(web), "utf-8")
    return folder, table


def fetch_with_faults(tmp_path, faults, settings=QUICK, dead=0):
    data, table = make_web(tmp_path / "web", faults, dead)
    with server.serve_sample(data, hang_s=2.0) as resolve:
        result = download.fetch_all(table, tmp_path / "out", settings, resolve)
    return result.assign(fault=faults + ["dead"] * dead).set_index("fault")


def content(tmp_path, number):
    return (tmp_path / "out" / f"{image_id(number)}.jpg").read_bytes()


@contextmanager
def raw_server(answer):
    """Serve one socket at a time by hand; `answer` gets the connection."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)

        def loop():
            while not stop.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    try:
                        answer(connection)
                    except OSError:
                        pass

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        try:
            yield {HOST: listening.getsockname()}
        finally:
            stop.set()
            thread.join()


def reason_of(address, tmp_path, resolve=None, limits=QUICK.limits):
    client = Client(limits, resolve)
    with pytest.raises(FetchError) as caught:
        client.fetch(address, tmp_path / ".x.partial")
    client.close()
    return caught.value.reason
