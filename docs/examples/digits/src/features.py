"""Turns the split tables into features: everything scaled to mean 0 and deviation 1 as the training rows have it."""

import pathlib

import pandas as pd
import yaml


def add_ink(rows):
    """How much ink each row and column of an 8x8 picture has."""
    pixels = rows[[f"pixel_{i}" for i in range(64)]].to_numpy().reshape(-1, 8, 8)
    ink = pd.DataFrame(
        {**{f"ink_row_{i}": pixels[:, i, :].sum(axis=1) for i in range(8)},
         **{f"ink_column_{i}": pixels[:, :, i].sum(axis=1) for i in range(8)}}, index=rows.index)
    return pd.concat([rows, ink], axis=1)


def main():
    params = yaml.safe_load(open("params.yaml"))["features"]
    out = pathlib.Path("data/features")
    out.mkdir(parents=True, exist_ok=True)
    for table in ("digits", "breast_cancer"):
        parts = {part: pd.read_csv(f"data/prepared/{table}_{part}.csv") for part in ("train", "test")}
        if table == "digits" and params["ink"]:
            parts = {part: add_ink(rows) for part, rows in parts.items()}
        train = parts["train"].drop(columns="label")
        mean, deviation = train.mean(), train.std(ddof=0).replace(0, 1)
        for part, rows in parts.items():
            scaled = ((rows.drop(columns="label") - mean) / deviation).round(6)
            scaled["label"] = rows["label"]
            scaled.to_csv(out / f"{table}_{part}.csv", index=False, lineterminator="\n")
        print(f"{table}: {train.shape[1]} features")


if __name__ == "__main__":
    main()
