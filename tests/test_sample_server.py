"""The sample's web server: what it reads, and that it ends."""

import threading
from pathlib import Path

import pytest
from small_web import HOST, QUICK, address, image_id, make_web

from helpers.base.errors import ArtefactDamagedError, DataMissingError
from helpers.data import download
from helpers.data.sample.web import answers, server


def test_a_web_of_every_fault_can_be_written_and_an_unknown_one_not(tmp_path):
    data, _ = make_web(tmp_path / "web", sorted(answers.FAULTS))
    web, hosts, dead = server.read_web(data)
    assert (hosts, dead) == ([HOST], ["gone-c.example"])
    assert len(web.pictures) == len(answers.FAULTS)
    text = (data / "web.json").read_text()
    (data / "web.json").write_text(text.replace('"404"', '"explode"'))
    with pytest.raises(ArtefactDamagedError, match="explode"):
        server.read_web(data)
    (data / "web.json").write_text("{")
    with pytest.raises(ArtefactDamagedError):
        server.read_web(data)
    with pytest.raises(DataMissingError):
        server.read_web(tmp_path / "nothing")


def test_the_server_ends_with_its_block(tmp_path):
    data, table = make_web(tmp_path / "web", ["timeout"])
    before = threading.active_count()
    with server.serve_sample(data, hang_s=60) as resolve:
        result = download.fetch_all(table, tmp_path / "out", QUICK, resolve)
    assert list(result["reason"]) == ["timeout"]
    for thread in threading.enumerate():
        if "process_request" in thread.name:
            thread.join(2)
    assert threading.active_count() <= before


def test_hidden_addresses_are_served(tmp_path):
    data, table = make_web(tmp_path / "web", ["", ""])
    path = Path(data, "web.json")
    text = path.read_text().replace(
        '"hidden": {}', f'"hidden": {{"{address(7)}": "{image_id(1)}"}}'
    )
    path.write_text(text)
    web, _, _ = server.read_web(data)
    assert web.pictures[address(7)].name == f"{image_id(1)}.jpg"
