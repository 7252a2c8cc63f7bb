#!/usr/bin/python3
"""Writes data/raw below the directory given (default: the current one) from the tables that scikit-learn ships."""

import csv
import pathlib
import sys

from sklearn.datasets import load_breast_cancer, load_digits

README = """# Raw data

- `digits.csv`: 1,797 handwritten digits of 8x8 pixels, each 0 to 16, and the digit that was written.
- `breast_cancer.csv`: 569 tumours with 30 measurements and the diagnosis.
- `images/`: the first hundred digits as pictures (PGM), `<number>-<digit>.pgm`.

Both tables come with scikit-learn; their origin is the UCI machine learning repository.
"""


def write_table(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_digits(directory):
    digits = load_digits()
    rows = [[int(pixel) for pixel in image] + [int(digit)] for image, digit in zip(digits.data, digits.target)]
    write_table(directory / "digits.csv", [f"pixel_{i}" for i in range(64)] + ["digit"], rows)
    (directory / "images").mkdir(exist_ok=True)
    for number, row in enumerate(rows[:100]):
        pixels = bytes(min(255, 16 * (16 - pixel)) for pixel in row[:64])
        (directory / "images" / f"{number:04}-{row[64]}.pgm").write_bytes(b"P5\n8 8\n255\n" + pixels)


def write_breast_cancer(directory):
    table = load_breast_cancer()
    header = [name.replace(" ", "_") for name in table.feature_names] + ["diagnosis"]
    rows = [[repr(float(x)) for x in values] + [table.target_names[label]]
            for values, label in zip(table.data, table.target)]
    write_table(directory / "breast_cancer.csv", header, rows)


def main():
    directory = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "data" / "raw"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "README.md").write_text(README)
    write_digits(directory)
    write_breast_cancer(directory)


if __name__ == "__main__":
    main()
