"""Small data folders for the tests of the loaders; the pictures are empty files."""

from pathlib import Path

HAM_HEADER = "lesion_id,image_id,dx,dx_type,age,sex,localization"
HAM_ROWS = (
    "HAM_1,ISIC_1,nv,histo,45.0,male,back",
    "HAM_1,ISIC_2,nv,histo,45.0,male,back",
    "HAM_2,ISIC_3,mel,histo,,unknown,face",
)
TRUTH_HEADER = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC"
TRUTH_ROWS = (
    "ISIC_1,0.0,1.0,0.0,0.0,0.0,0.0,0.0",
    "ISIC_2,0.0,1.0,0.0,0.0,0.0,0.0,0.0",
    "ISIC_3,1.0,0.0,0.0,0.0,0.0,0.0,0.0",
)
FITZ_HEADER = (
    "md5hash,fitzpatrick_scale,fitzpatrick_centaur,label,nine_partition_label,"
    "three_partition_label,qc,url,url_alphanum"
)
MD5 = tuple(f"{n:032x}" for n in range(10))
FITZ_ROWS = (
    f"{MD5[0]},3,2,psoriasis,inflammatory,non-neoplastic,,http://a.example/1.jpg,a1.jpg",
    f"{MD5[1]},-1,-1,psoriasis,inflammatory,non-neoplastic,,http://b.example/2.jpg,b.jpg",
    f"{MD5[2]},6,5,melanoma,malignant melanoma,malignant,1 Diagnostic,,c.jpg",
)


def write(path: Path, text: str = "") -> Path:
    """Write a text file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def table(header: str, rows) -> str:
    """Join a header and rows to the text of a CSV file."""
    return "\n".join([header, *rows, ""])


def make_ham10000(data: Path, rows=HAM_ROWS, pictures=("ISIC_1", "ISIC_2", "ISIC_3")):
    """Make ``data/ham10000`` with metadata, pictures and masks; return `data`."""
    root = data / "ham10000"
    write(root / "HAM10000_metadata.csv", table(HAM_HEADER, rows))
    for name in pictures:
        write(root / "images" / f"{name}.jpg")
        write(root / "masks" / f"{name}_segmentation.png")
    return data


def make_fitzpatrick17k(data: Path, rows=FITZ_ROWS, pictures=(0,), header=FITZ_HEADER):
    """Make ``data/fitzpatrick17k`` with its table and some pictures; return `data`."""
    root = data / "fitzpatrick17k"
    write(root / "fitzpatrick17k.csv", table(header, rows))
    for n in pictures:
        write(root / "images" / f"{MD5[n]}.jpg")
    return data


def make_dermnet(data: Path, classes: dict[str, list[str]]) -> Path:
    """Make ``data/dermnet/train/<class>/<name>`` for all names; return `data`."""
    for label, names in classes.items():
        (data / "dermnet" / "train" / label).mkdir(parents=True, exist_ok=True)
        for name in names:
            write(data / "dermnet" / "train" / label / name)
    return data
