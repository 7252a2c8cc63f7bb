"""Splits both raw tables into training and test rows, the same way every time."""

import pathlib

import pandas as pd
import yaml
from sklearn.model_selection import train_test_split

TABLES = {"digits": "digit", "breast_cancer": "diagnosis"}


def main():
    params = yaml.safe_load(open("params.yaml"))["prepare"]
    out = pathlib.Path("data/prepared")
    out.mkdir(parents=True, exist_ok=True)
    for table, label in TABLES.items():
        rows = pd.read_csv(f"data/raw/{table}.csv").drop_duplicates().rename(columns={label: "label"})
        train, test = train_test_split(
            rows, test_size=params["test_share"], random_state=params["seed"], stratify=rows["label"])
        train.to_csv(out / f"{table}_train.csv", index=False, lineterminator="\n")
        test.to_csv(out / f"{table}_test.csv", index=False, lineterminator="\n")
        print(f"{table}: {len(train)} rows to train on, {len(test)} to test on")


if __name__ == "__main__":
    main()
