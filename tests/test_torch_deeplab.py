"""DeepLabV3 against torchvision's own computation, written out by hand."""

import copy
from collections import Counter

import pytest
import torch
from small_torch_weights import SHAPE, randomise, small_deeplab, torchvision_state
from torch.nn import functional

from helpers.torch_models import architectures
from helpers.torch_models.deeplab import ASPP, DeepLabV3, name_here

N_MASKS = 21


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Networks this small are slower on several, most of all beside other work."""
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


class ByHand:
    """What torchvision's modules compute in evaluation, from its tensors alone."""

    def __init__(self, tensors):
        self.tensors, self.used = tensors, Counter()

    def take(self, name):
        self.used[name] += 1
        return self.tensors[name]

    def conv(self, x, at, **options):
        return functional.conv2d(x, self.take(f"{at}.weight"), **options)

    def norm(self, x, at):
        names = ("running_mean", "running_var", "weight", "bias")
        return functional.batch_norm(x, *(self.take(f"{at}.{n}") for n in names))

    def layer(self, x, conv, norm, **options):
        return functional.relu(self.norm(self.conv(x, conv, **options), norm))

    def bottleneck(self, x, at, stride, dilation):
        y = self.layer(x, f"{at}.conv1", f"{at}.bn1")
        how = {"stride": stride, "padding": dilation, "dilation": dilation}
        y = self.layer(y, f"{at}.conv2", f"{at}.bn2", **how)
        y = self.norm(self.conv(y, f"{at}.conv3"), f"{at}.bn3")
        if f"{at}.downsample.0.weight" in self.tensors:
            x = self.conv(x, f"{at}.downsample.0", stride=stride)
            x = self.norm(x, f"{at}.downsample.1")
        return functional.relu(x + y)

    def backbone(self, x, depths):
        """Return the features of layers 3 and 4: the last two dilated, by 2 and 4."""
        x = self.layer(x, "backbone.conv1", "backbone.bn1", stride=2, padding=3)
        x = functional.max_pool2d(x, 3, 2, 1)
        plan = {1: (1, 1, 1), 2: (2, 1, 1), 3: (1, 1, 2), 4: (1, 2, 4)}
        features = []
        for k, (stride, first, others) in plan.items():
            for j in range(depths[k - 1]):
                how = (stride, first) if j == 0 else (1, others)
                x = self.bottleneck(x, f"backbone.layer{k}.{j}", *how)
            features.append(x)
        return features[2:]

    def head(self, x):
        at = "classifier.0.convs"
        seen = [self.layer(x, f"{at}.0.0", f"{at}.0.1")]
        for i, rate in enumerate((12, 24, 36), 1):
            how = {"padding": rate, "dilation": rate}
            seen.append(self.layer(x, f"{at}.{i}.0", f"{at}.{i}.1", **how))
        pooled = x.mean((2, 3), keepdim=True)
        pooled = self.layer(pooled, f"{at}.4.1", f"{at}.4.2")
        seen.append(functional.interpolate(pooled, x.shape[-2:], mode="bilinear"))
        x = torch.cat(seen, dim=1)
        x = self.layer(x, "classifier.0.project.0", "classifier.0.project.1")
        x = self.layer(x, "classifier.1", "classifier.2", padding=1)
        return self.conv(x, "classifier.4", bias=self.take("classifier.4.bias"))

    def auxiliary(self, x):
        x = self.layer(x, "aux_classifier.0", "aux_classifier.1", padding=1)
        return self.conv(x, "aux_classifier.4", bias=self.take("aux_classifier.4.bias"))


def renamed(tensors):
    return {name_here(name): value for name, value in tensors.items()}


def test_its_size_is_that_of_torchvisions():
    with torch.device("meta"):
        model = DeepLabV3((), 0.2, n_masks=N_MASKS)
    assert architectures.n_parameters(model) == 42_004_074


def test_torchvisions_tensors_fit_by_name_and_each_is_there_once():
    published = {"depths": (3, 4, 6, 3), "widths": (256, 512, 1024, 2048)}
    theirs = torchvision_state(**published)
    with torch.device("meta"):
        own = DeepLabV3((), 0.2, n_masks=N_MASKS).state_dict()
    shapes = {name: value.shape for name, value in own.items()}
    del shapes["mean"], shapes["std"]
    assert {name: value.shape for name, value in renamed(theirs).items()} == shapes
    assert len(renamed(theirs)) == len(theirs)


def test_it_computes_what_torchvision_does():
    # 320 px are 40 features a side: the widest rate, 36, sees some of them.
    tensors, hand = torchvision_state(), None
    model = small_deeplab(n_masks=N_MASKS).eval()
    model.load_state_dict(renamed(tensors), strict=False)
    model.training = True  # the auxiliary head answers; the layers below evaluate
    pixels = 255 * torch.rand(
        1, 3, 320, 320, generator=torch.Generator().manual_seed(2)
    )
    with torch.inference_mode():
        answers = model(pixels)
        mean = 255 * torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
        std = 255 * torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
        hand = ByHand(tensors)
        before, features = hand.backbone((pixels - mean) / std, SHAPE["depths"])
        wanted = hand.head(features), hand.auxiliary(before)
    assert features.shape[-1] == 40 and features.std() > 0.01
    for one, logits in zip(wanted, (answers.masks, answers.extra_masks), strict=True):
        full = functional.interpolate(one, size=(320, 320), mode="bilinear")
        assert full.std() > 0.01
        torch.testing.assert_close(logits, full, rtol=1e-4, atol=1e-4 * full.std())
    counted = {name for name in tensors if not name.endswith("num_batches_tracked")}
    assert hand.used == Counter(counted)


def test_the_auxiliary_head_answers_in_training_alone():
    model, pixels = small_deeplab(("a", "b")), 255 * torch.rand(2, 3, 40, 40)
    trained, evaluated = model(pixels), model.eval()(pixels)
    assert trained.extra_masks.shape == trained.masks.shape == (2, 1, 40, 40)
    assert evaluated.extra_masks is None and evaluated.labels.shape == (2, 2)
    assert small_deeplab().eval()(pixels).labels is None


def test_a_batch_of_one_picture_trains():
    model = ASPP(3, (), dropout=0.0)
    features = torch.rand(1, 3, 4, 4)
    pooled = randomise(model.convs[-1])
    known = pooled[2].running_mean.clone()
    out = pooled(features)
    torch.testing.assert_close(known, pooled[2].running_mean)
    torch.testing.assert_close(out, pooled.eval()(features))
    assert small_deeplab()(torch.rand(1, 3, 32, 32)).masks.isfinite().all()
    pooled.train()(torch.rand(2, 3, 4, 4))  # two have a variance
    assert not torch.equal(known, pooled[2].running_mean)


@pytest.fixture(scope="module")
def mobile():
    return architectures.make(
        "deeplabv3plus_mobilenetv2", labels=("a", "b", "c"), masks=True, seed=1
    )


def test_the_small_one_sees_edges_and_surroundings(mobile):
    sizes, pixels = {}, 255 * torch.rand(2, 3, 64, 64)
    hooks = [
        layer.register_forward_hook(
            lambda _, given, out, at=at: sizes.update({at: (given[0].shape, out.shape)})
        )
        for at, layer in (("aspp", mobile.aspp), ("edges", mobile.edges))
    ]
    answers = mobile(pixels)
    for hook in hooks:
        hook.remove()
    assert sizes["aspp"] == ((2, 320, 4, 4), (2, 256, 4, 4))
    assert sizes["edges"] == ((2, 24, 16, 16), (2, 48, 16, 16))
    assert answers.masks.shape == (2, 1, 64, 64) and answers.labels.shape == (2, 3)
    answers.masks.sum().backward()
    lost = [name for name, one in mobile.named_parameters() if one.grad is None]
    assert lost == ["label_head.linear.weight", "label_head.linear.bias"]
    mobile.zero_grad(set_to_none=True)


def test_its_pixels_go_from_minus_one_to_one(mobile):
    ends = torch.tensor([0.0, 255.0]).reshape(2, 1, 1, 1).expand(2, 3, 1, 1)
    got = mobile.normalised(ends)
    torch.testing.assert_close(
        got, torch.tensor([-1.0, 1.0]).reshape(2, 1, 1, 1) + 0 * got
    )


def test_batch_statistics_remember_more_than_the_last_batch(mobile):
    model = copy.deepcopy(mobile.encoder.conv_stem).train()
    first, seen = model.first_conv, []
    first.normalization.reset_running_stats()
    first.convolution.register_forward_hook(lambda _, __, out: seen.append(out))
    model(torch.rand(2, 3, 32, 32))
    expected = 0.1 * seen[0].mean((0, 2, 3))
    torch.testing.assert_close(first.normalization.running_mean, expected)


def test_features_keep_their_size_before_training(mobile):
    with torch.inference_mode():
        mobile.train()
        features = mobile.encoder(torch.randn(2, 3, 32, 32)).last_hidden_state
    assert 0.1 < features.std() < 10
