import types

import numpy as np
import pytest

from helpers.base.errors import ParameterError
from helpers.images import inputs, processing


def test_every_input_keeps_shape_and_dtype_and_gives_new_memory():
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (2, 3, 24, 20, 3), dtype=np.uint8)
    rgb.flags.writeable = False
    made = inputs.make_inputs(rgb, list(inputs.INPUTS))
    assert (
        list(made)
        == "rgb gray otsu equalised clahe stretched heat_map hairless".split()
    )
    for name, pictures in made.items():
        assert pictures.shape == rgb.shape and pictures.dtype == np.uint8, name
        assert not np.shares_memory(pictures, rgb), name
    np.testing.assert_array_equal(made["rgb"], rgb)
    np.testing.assert_array_equal(made["equalised"], processing.equalise(rgb))
    np.testing.assert_array_equal(made["otsu"][1, 2], processing.otsu(rgb[1, 2]))


def test_inputs_come_in_the_order_asked_for():
    made = inputs.make_inputs(np.zeros((1, 1, 3), np.uint8), ("otsu", "gray"))
    assert list(made) == ["otsu", "gray"]
    assert inputs.check(["heat_map"]) == inputs.check("heat_map") == ("heat_map",)


def test_an_unknown_input_is_refused_with_the_nearest():
    with pytest.raises(ParameterError) as refused:
        inputs.check(["rgb", "grey"])
    assert refused.value.what == "there is no input 'grey'"
    assert refused.value.way_out.startswith("did you mean gray")
    assert "heat_map" in refused.value.way_out
    with pytest.raises(ParameterError, match="choose from: rgb, gray"):
        inputs.make_inputs(np.zeros((1, 1, 3), np.uint8), ["wavelets", 3])


def test_no_input_and_a_repeated_one_are_refused():
    with pytest.raises(ParameterError, match="at least one input"):
        inputs.check([])
    with pytest.raises(ParameterError, match="more than once: gray, otsu"):
        inputs.check(["otsu", "gray", "otsu", "gray", "rgb"])


def test_the_version_changes_with_the_sources_and_the_libraries(tmp_path, monkeypatch):
    source = tmp_path / "processing.py"
    module = types.SimpleNamespace(__file__=str(source))
    source.write_bytes(b"x = 1\n")
    first = inputs._version([module])
    source.write_bytes(b"x = 1\r\n")
    assert inputs._version([module]) == first
    source.write_bytes(b"x = 2\n")
    assert inputs._version([module]) != first
    source.write_bytes(b"x = 1\n")
    monkeypatch.setattr(inputs.cv2, "__version__", "0.0.0")
    assert inputs._version([module]) != first
    assert len(inputs.VERSION) == 64
