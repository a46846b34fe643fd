"""Published figures beside a run's own."""

import pytest

from helpers.evaluate import published
from helpers.series.catalogue import NOTEBOOKS


def test_figures_stand_side_by_side():
    table = published.beside("01_eda", {"dermnet_classes": 23, "qc_missing": 0.964})
    assert table.loc["DermNet: classes"].tolist() == ["P1", "23", "23"]
    assert table.loc["qc missing, share"].tolist() == ["P3", "0.97", "0.964"]
    assert table.loc["Fitzpatrick17k: rows", "published"] == "16,577"


def test_what_was_not_measured_says_so():
    table = published.beside("02_download", {"pictures": None})
    assert set(table["this run"]) == {"not here"}


def test_a_key_that_no_figure_has_is_a_slip():
    with pytest.raises(KeyError, match="pictuers"):
        published.beside("02_download", {"pictuers": 3})


def test_every_figure_belongs_to_a_project_and_a_notebook():
    assert set(published.FIGURES) <= set(NOTEBOOKS)
    for figures in published.FIGURES.values():
        assert {one.project for one in figures} <= set(published.PROJECTS)
        assert len({one.key for one in figures}) == len(figures)


def test_texts_are_shown_as_they_are():
    ours = {"tuned_optimizer": "Adam", "tuned_learning_rate": 0.00412}
    table = published.beside("08_transfer_learning", ours)
    assert table.loc["tuned: optimizer"].tolist() == ["P3", "SGD", "Adam"]
    assert table.loc["tuned: learning rate"].tolist() == ["P3", "0.0153", "0.00412"]
    assert table.loc["VGG16: test accuracy", "published"] == "0.236 to 0.245"
    assert table.loc["ResNet50V2: test loss", "this run"] == "not here"


@pytest.mark.parametrize(
    "notebook, expected",
    [
        (
            "06_multi_input_cnn",
            {"accuracy": 0.095, "f1": 0.087, "precision": 0.107, "recall": 0.095},
        ),
        (
            "07_two_step_cnn",
            {
                "table1_accuracy": 0.23,
                "table1_f1": 0.21,
                "table2_accuracy": 0.604,
                "table2_f1": 0.337,
                "hard_accuracy": 0.101,
                "hard_f1_macro": 0.081,
                "right": 781,
                "wrong": 2620,
            },
        ),
        (
            "08_transfer_learning",
            {
                "resnet50v2_accuracy": 0.3182,
                "resnet50v2_f1_weighted": 0.3028,
                "resnet50v2_loss": 2.9766,
                "tuned_f1_weighted_validation": 0.3285,
                "mobilenetv2_train": 0.484,
                "mobilenetv2_validation": 0.103,
            },
        ),
    ],
)
def test_figures_of_the_networks_as_printed(notebook, expected):
    found = {one.key: one.value for one in published.FIGURES[notebook]}
    assert {key: found[key] for key in expected} == expected


def test_the_count_of_the_two_steps_is_the_accuracy_of_its_first():
    found = {one.key: one.value for one in published.FIGURES["07_two_step_cnn"]}
    share = found["right"] / (found["right"] + found["wrong"])
    assert round(share, 3) == found["table1_accuracy"] != found["hard_accuracy"]


def test_scores_are_named_as_the_figures_are():
    rows = {"resnet50v2": {"f1_weighted": 0.4, "n": 9}, "vgg19": {"accuracy": 0.2}}
    found = published.keyed("08_transfer_learning", rows)
    assert found == {"resnet50v2_f1_weighted": 0.4}
