"""Trains one kind of model on each table: `train.py logreg` or `train.py forest`."""

import pathlib
import pickle
import sys

import pandas as pd
import yaml
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression


def make_model(kind, params):
    if kind == "logreg":
        return LogisticRegression(C=params["C"], max_iter=params["max_iter"], random_state=0)
    return RandomForestClassifier(n_estimators=params["trees"], max_depth=params["depth"], random_state=params["seed"], n_jobs=1)


def main():
    kind = sys.argv[1]
    params = yaml.safe_load(open("params.yaml"))["train"][kind]
    models = {}
    for table in ("digits", "breast_cancer"):
        rows = pd.read_csv(f"data/features/{table}_train.csv")
        models[table] = make_model(kind, params).fit(rows.drop(columns="label").to_numpy(), rows["label"].to_numpy())
        print(f"{kind}: trained on {len(rows)} rows of {table}")
    pathlib.Path("models").mkdir(exist_ok=True)
    with open(f"models/{kind}.pkl", "wb") as file:
        pickle.dump(models, file, protocol=4)


if __name__ == "__main__":
    main()
