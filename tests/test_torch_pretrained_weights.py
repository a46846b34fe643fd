"""Published weights in PyTorch networks: taken whole, or refused by name."""

import json
import os
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from small_torch_weights import (
    encoder,
    small_deeplab,
    torchvision_state,
    write_folder,
    write_tensors,
)

from helpers.base.errors import (
    ArtefactDamagedError,
    DataMissingError,
    ParameterError,
)
from helpers.data import torch_weights
from helpers.data.weights_registry import WEIGHTS
from helpers.storage import hashes, manifests
from helpers.torch_models import architectures, pretrained_weights
from helpers.torch_models.deeplab import name_here

LABELS = ("a", "b", "c")
DEEPLAB, IN_REGISTRY = "deeplabv3_resnet50", "torchvision-deeplabv3-resnet50"
FROM_FOLDERS = ("resnet18", "deeplabv3plus_mobilenetv2")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Networks this small are slower on several, most of all beside other work."""
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


def make(name, **weights):
    masks = name.startswith("deeplab")
    return architectures.make(name, labels=LABELS, masks=masks, seed=4, **weights)


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def differing(one, other):
    assert one.keys() == other.keys()
    return {name for name in one if not torch.equal(one[name], other[name])}


@pytest.fixture(scope="module")
def resnet18(tmp_path_factory):
    """A folder of fetched weights, as `fetch weights` leaves it."""
    folder = tmp_path_factory.mktemp("weights") / "microsoft--resnet-18"
    write_folder(folder, "resnet18")
    manifests.write_manifest(folder)
    return folder


@pytest.fixture(scope="module")
def new18():
    return make("resnet18")


@pytest.fixture
def copied(resnet18, tmp_path):
    """The same without manifest, to be spoilt."""
    folder = tmp_path / "own"
    folder.mkdir()
    for path in resnet18.iterdir():
        if path.name != manifests.NAME:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("name", FROM_FOLDERS)
def test_the_encoder_is_taken_and_the_heads_are_new(name, tmp_path):
    own = write_folder(tmp_path, name)
    if name != "resnet18":
        tensors = load_file(tmp_path / "model.safetensors")
        extra = {"mobilenet_v2.conv_1x1.convolution.weight": torch.ones(4, 4, 1, 1)}
        write_tensors(tmp_path, tensors | extra)  # the published one has it
    model = make(name)
    new = state(model)
    pretrained_weights.load(model, name, str(tmp_path))
    assert not differing(state(model.encoder), state(own))
    assert all(one.startswith("encoder.") for one in differing(state(model), new))


def test_pretrained_means_the_fetched_folder(resnet18):
    own = encoder("resnet18")
    folder = resnet18.parent
    model = make("resnet18", weights="pretrained", weights_folder=folder)
    assert not differing(state(model.encoder), state(own))
    manifests.write_manifest(resnet18)
    content = (resnet18 / "config.json").read_bytes()
    (resnet18 / "config.json").write_bytes(content + b" ")
    with pytest.raises(ArtefactDamagedError, match="not the one that was fetched"):
        make("resnet18", weights="pretrained", weights_folder=folder)
    (resnet18 / "config.json").write_bytes(content)


def test_tensors_without_prefix_and_counters_are_taken(copied, new18):
    path = copied / "model.safetensors"
    tensors = {
        name.removeprefix("resnet."): value.half()
        for name, value in load_file(path).items()
        if "num_batches" not in name and not name.startswith("classifier.")
    }
    write_tensors(copied, tensors)
    pretrained_weights.load(new18, "resnet18", str(copied))
    got = new18.encoder.state_dict()
    assert all(torch.equal(got[name], tensors[name].float()) for name in tensors)


def spoil(folder, change):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    write_tensors(folder, tensors)


STEM = "resnet.embedder.embedder.convolution.weight"


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda t: t.pop(STEM), ParameterError, r"1 missing \(encoder.embedder"),
        (lambda t: t.update(x=torch.ones(2)), ParameterError, "1 not expected"),
        (
            lambda t: t.update({STEM: torch.ones(64, 1, 7, 7)}),
            ParameterError,
            r"\[64, 1, 7, 7\] for \[64, 3, 7, 7\]",
        ),
        (
            lambda t: t.update({STEM: t[STEM] * torch.nan}),
            ArtefactDamagedError,
            "NaN",
        ),
        (
            lambda t: t.update({STEM: t[STEM].to(torch.int8)}),
            ArtefactDamagedError,
            "torch.int8",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_refused_by_name(
    copied, new18, change, error, message
):
    spoil(copied, change)
    before = state(new18)
    with pytest.raises(error, match=message):
        pretrained_weights.load(new18, "resnet18", str(copied))
    assert not differing(state(new18), before)


def test_folders_of_other_networks_are_refused(copied, new18):
    def load(name):
        pretrained_weights.load(new18, name, str(copied))

    with pytest.raises(ParameterError, match="layer_type is basic, not bottleneck"):
        load("resnet50")
    with pytest.raises(ParameterError, match="of a 'resnet', not of a 'mobilenet_v2'"):
        load("deeplabv3plus_mobilenetv2")
    config = json.loads((copied / "config.json").read_text())
    changed = json.dumps(config | {"downsample_in_first_stage": True})
    (copied / "config.json").write_text(changed)
    with pytest.raises(ParameterError, match="downsample_in_first_stage is True"):
        load("resnet18")


def test_a_cut_file_is_refused(copied, new18):
    path = copied / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArtefactDamagedError, match="cannot be read"):
        pretrained_weights.load(new18, "resnet18", str(copied))


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "deeplabv3plus_mobilenetv2"])
def test_what_config_must_say_is_what_is_built(name):
    with torch.device("meta"):
        built = architectures._ALL[name].build(LABELS).encoder.config
    wanted = torch_weights.NETWORKS[name]
    assert built.model_type == wanted.model_type
    assert {key: getattr(built, key) for key in wanted.config} == wanted.config


def write_checkpoint(path, **options):
    torch.save(torchvision_state(**options), path)
    return path


@pytest.mark.parametrize("n_masks", [1, 21])
def test_torchvisions_checkpoint_gives_all_but_outputs_of_another_number(
    n_masks, tmp_path
):
    path = write_checkpoint(tmp_path / "one.pth")
    model = small_deeplab(LABELS, n_masks)
    before = state(model)
    pretrained_weights.load(model, DEEPLAB, str(path))
    theirs = {name_here(k): v for k, v in torchvision_state().items()}
    same = theirs.keys() - differing(theirs, theirs | _part(state(model), theirs))
    outputs = {name for name in theirs if "classifier.4." in name}
    assert same == theirs.keys() - (outputs if n_masks == 1 else set())
    kept = before.keys() - differing(before, state(model))
    assert {"label_head.linear.weight", "mean", "std"} <= kept
    assert (outputs <= kept) == (n_masks == 1)


def _part(tensors, names):
    return {name: tensors[name] for name in names}


def test_a_checkpoint_without_heads_gives_the_encoder(tmp_path):
    whole = torchvision_state()
    bare = {k: v for k, v in whole.items() if k.startswith("backbone.")}
    path = tmp_path / "one.pth"
    torch.save(bare, path)
    model = small_deeplab()
    before = state(model)
    pretrained_weights.load(model, DEEPLAB, str(path))
    changed = differing(before, state(model))
    assert changed == {name_here(name) for name in bare}
    torch.save({k: v for k, v in whole.items() if "project" not in k}, path)
    with pytest.raises(ParameterError, match=r"missing \(classifier.0.project.0"):
        pretrained_weights.load(model, DEEPLAB, str(path))


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    path = write_checkpoint(tmp_path / "one.pth", depths=(1, 2, 2, 3))
    model = small_deeplab()
    before = state(model)
    with pytest.raises(ParameterError, match=r"not expected \(encoder.*stages.3"):
        pretrained_weights.load(model, DEEPLAB, str(path))
    assert not differing(state(model), before)


class Canary:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_checkpoint_never_runs_code(tmp_path):
    canary, path = tmp_path / "sung", tmp_path / "one.pth"
    torch.save({"backbone.conv1.weight": Canary(canary)}, path)
    with pytest.raises(ArtefactDamagedError, match="cannot be read"):
        pretrained_weights.load(small_deeplab(), DEEPLAB, str(path))
    assert not canary.exists()
    for content in ([torch.ones(2)], {"model": {"a": torch.ones(2)}}):
        torch.save(content, path)
        with pytest.raises(ArtefactDamagedError, match="no list of named tensors"):
            pretrained_weights.load(small_deeplab(), DEEPLAB, str(path))
    path.write_bytes(b"no checkpoint")
    with pytest.raises(ArtefactDamagedError, match="cannot be read"):
        pretrained_weights.load(small_deeplab(), DEEPLAB, str(path))


def test_the_fetched_checkpoint_has_the_hash_that_its_name_states(
    tmp_path, monkeypatch
):
    def fetched(digest):
        entry = WEIGHTS[IN_REGISTRY]
        file = replace(entry.files[0], name=f"deeplabv3-{digest}.pth")
        monkeypatch.setitem(WEIGHTS, IN_REGISTRY, replace(entry, files=(file,)))
        return tmp_path / IN_REGISTRY / file.name

    (tmp_path / IN_REGISTRY).mkdir()
    whole = write_checkpoint(tmp_path / "one.pth")
    content, digest = whole.read_bytes(), hashes.hash_file(whole)
    model = small_deeplab()
    fetched(digest[:8]).write_bytes(content)
    pretrained_weights.load(model, DEEPLAB, "pretrained", tmp_path)
    stem = "encoder.embedder.embedder.convolution.weight"
    expected = torchvision_state()["backbone.conv1.weight"]
    assert torch.equal(model.state_dict()[stem], expected)
    fetched("0123abcd").write_bytes(content)
    with pytest.raises(ArtefactDamagedError, match="does not begin with 0123abcd"):
        pretrained_weights.load(model, DEEPLAB, "pretrained", tmp_path)


def test_missing_weights_name_the_command(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("resnet18", DEEPLAB):
        with pytest.raises(DataMissingError, match="fetch weights"):
            pretrained_weights.load(small_deeplab(), name, "pretrained", folder)
