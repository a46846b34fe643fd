"""The figures that the published projects printed: data, nothing else."""

from typing import NamedTuple

import pandas as pd


class Figure(NamedTuple):
    """One printed figure: project, what it is, its key in the notebook, its value.

    A value that is no number (an optimizer, a range) is a text, shown as it is.
    """

    project: str
    quantity: str
    key: str
    value: float | str


PROJECTS = {
    "P1": "DermNet clustering with DINOv2",
    "P2": "Fitzpatrick17k, two-step and multi-input CNN",
    "P3": "Fitzpatrick17k, transfer learning and tuning",
    "P4": "HAM10000, classification and segmentation",
    "CD": "Fitzpatrick17k without its near-duplicates, logs of corrected-datasets",
}

FIGURES = {
    "01_eda": (
        Figure("P1", "DermNet: classes", "dermnet_classes", 23),
        Figure("P3", "Fitzpatrick17k: rows", "fitzpatrick17k_rows", 16_577),
        Figure("P3", "Fitzpatrick17k: labels", "fitzpatrick17k_labels", 114),
        Figure("P3", "smallest label, pictures", "smallest_label", 53),
        Figure("P3", "largest label, pictures", "largest_label", 653),
        Figure("P3", "qc missing, share", "qc_missing", 0.97),
    ),
    "02_download": (
        Figure("P3", "pictures fetched", "pictures", 16_567),
        Figure("P3", "rows without a picture", "failed", 10),
    ),
    "03_dedup": (
        Figure("P1", "DermNet: exact copies removed", "dermnet_exact", 664),
        Figure("P1", "DermNet: pictures left", "dermnet_left", 14_893),
        Figure("P4", "HAM10000: test pictures", "ham10000_test", 1_252),
    ),
    "04_embeddings": (
        Figure("P1", "dimensions (DINOv2 base)", "dimension", 768),
        Figure("P1", "pictures a second, CPU (DINOv2 base)", "per_second", 4.84),
        Figure("P1", "components for 90 % (DINOv2 base)", "components_90", 192),
        Figure("P1", "components for 80 % (ResNet-50)", "components_80", 665),
        Figure("P1", "vectors that equal another (DINOv2 base)", "equal_rows", 0),
    ),
    "05_clustering": (
        Figure("P1", "k-means, UMAP, k = 14: silhouette", "kmeans_silhouette", 0.3753),
        Figure(
            "P1",
            "k-means, UMAP, k = 14: Davies-Bouldin",
            "kmeans_davies_bouldin",
            0.9467,
        ),
        Figure(
            "P1",
            "k-means, UMAP, k = 14: Calinski-Harabasz",
            "kmeans_calinski_harabasz",
            4359,
        ),
        Figure("P1", "DBSCAN, PCA: groups", "dbscan_pca_n_clusters", 2),
        Figure("P1", "DBSCAN, PCA: silhouette", "dbscan_pca_silhouette", 0.125),
        Figure("P1", "DBSCAN, UMAP: groups", "dbscan_umap_n_clusters", 6),
        Figure("P1", "DBSCAN, UMAP: silhouette", "dbscan_umap_silhouette", 0.135),
        Figure("P1", "DBSCAN, UMAP: noise", "dbscan_umap_n_noise", 3_034),
        Figure("P1", "HDBSCAN, UMAP: groups", "hdbscan_n_clusters", 4),
        Figure("P1", "HDBSCAN, UMAP: silhouette", "hdbscan_silhouette", 0.281),
        Figure("P1", "OPTICS, UMAP: groups", "optics_n_clusters", 6),
        Figure("P1", "OPTICS, UMAP: silhouette", "optics_silhouette", 0.021),
        Figure("P1", "ward, k = 15: silhouette", "ward_silhouette", 0.364),
        Figure("P1", "ward, k = 15: Davies-Bouldin", "ward_davies_bouldin", 0.936),
        Figure("P1", "ward, k = 15: Calinski-Harabasz", "ward_calinski_harabasz", 4244),
        Figure("P1", "single linkage: Davies-Bouldin", "single_davies_bouldin", 0.525),
        Figure("P1", "final clusters", "final_clusters", 15),
        Figure("P1", "pictures in the off-topic cluster", "off_topic_cluster", 177),
    ),
    "06_multi_input_cnn": (
        # Which average F1, precision and recall are is not said; a recall that equals
        # the accuracy is the weighted one.
        Figure("P2", "gray, Otsu, equalised: test accuracy", "accuracy", 0.095),
        Figure("P2", "gray, Otsu, equalised: test F1", "f1", 0.087),
        Figure("P2", "gray, Otsu, equalised: test precision", "precision", 0.107),
        Figure("P2", "gray, Otsu, equalised: test recall", "recall", 0.095),
    ),
    "07_two_step_cnn": (
        # With and without grayscale and heat map; which table is which is not said.
        Figure("P2", "step 1, Table 1: test accuracy", "table1_accuracy", 0.23),
        Figure("P2", "step 1, Table 1: test F1", "table1_f1", 0.21),
        Figure("P2", "step 1, Table 2: test accuracy", "table2_accuracy", 0.604),
        Figure("P2", "step 1, Table 2: test F1", "table2_f1", 0.337),
        Figure("P2", "step 2, test accuracy", "step2_accuracy", "0 to 0.09"),
        Figure("P2", "hard routing: test accuracy", "hard_accuracy", 0.101),
        Figure("P2", "hard routing: test macro F1", "hard_f1_macro", 0.081),
        # 781 of 3,401 is .230: the accuracy of step 1 in Table 1, not the .101 above.
        Figure("P2", "right", "right", 781),
        Figure("P2", "wrong", "wrong", 2_620),
    ),
    "08_transfer_learning": (
        Figure("P3", "ResNet50V2: test accuracy", "resnet50v2_accuracy", 0.3182),
        Figure("P3", "ResNet50V2: test weighted F1", "resnet50v2_f1_weighted", 0.3028),
        Figure("P3", "ResNet50V2: test loss", "resnet50v2_loss", 2.9766),
        Figure("P3", "best backbone", "best_backbone", "ResNet50V2"),
        Figure("P3", "last backbone", "last_backbone", "VGG19"),
        Figure("P3", "tuned: trials", "tuned_trials", 10),
        Figure("P3", "tuned: optimizer", "tuned_optimizer", "SGD"),
        Figure("P3", "tuned: learning rate", "tuned_learning_rate", 0.0153),
        Figure(
            "P3",
            "tuned: weighted F1, validation",
            "tuned_f1_weighted_validation",
            0.3285,
        ),
        Figure("P2", "MobileNetV2: training accuracy", "mobilenetv2_train", 0.484),
        Figure(
            "P2", "MobileNetV2: validation accuracy", "mobilenetv2_validation", 0.103
        ),
        Figure("CD", "VGG16: test accuracy", "vgg16_accuracy", "0.236 to 0.245"),
    ),
    "09_ham10000_classification": (
        Figure("P4", "test pictures", "n_test", 1_252),
        Figure("P4", "parameters of the classifier", "parameters", 11_180_103),
        Figure("P4", "as published: test accuracy", "published_accuracy", 0.6454),
        Figure("P4", "as published: macro F1", "published_f1_macro", 0.12),
    ),
    "10_ham10000_segmentation": (
        Figure("P4", "parameters of DeepLabV3", "parameters", 42_004_074),
        Figure("P4", "mean IoU", "iou", 0.8519),
        Figure("P4", "mean Dice", "dice", 0.9182),
        Figure("P4", "both tasks: accuracy", "both_accuracy", 0.7683),
        Figure("P4", "both tasks: precision", "both_precision", 0.7432),
        Figure("P4", "both tasks: recall", "both_recall", 0.7683),
        Figure("P4", "both tasks: F1", "both_f1", 0.7338),
    ),
}
"""Notebook -> figures, as the projects printed them."""

UMAP_SWEEP = pd.DataFrame(
    {
        "silhouette": [0.331, 0.355, 0.357, 0.330, 0.329, 0.345],
        "davies_bouldin": [1.031, 0.990, 0.972, 0.968, 0.990, 1.077],
        "calinski_harabasz": [4741, 4084, 4008, 3905, 4393, 4056],
    },
    index=pd.Index([50, 100, 200, 300, 400, 500], name="n_components"),
)
"""P1: k-means with 13 clusters on UMAP of so many components."""
