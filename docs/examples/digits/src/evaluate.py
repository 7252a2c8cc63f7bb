"""Measures both models on the test rows, writes metrics.json and keeps the better one as models/best.pkl."""

import json
import pathlib
import pickle

import pandas as pd

KINDS = ("forest", "logreg")
TABLES = ("breast_cancer", "digits")


def main():
    tests = {table: pd.read_csv(f"data/features/{table}_test.csv") for table in TABLES}
    models = {kind: pickle.loads(pathlib.Path(f"models/{kind}.pkl").read_bytes()) for kind in KINDS}
    metrics, wrong = {}, []
    for kind in KINDS:
        for table, rows in tests.items():
            told = models[kind][table].predict(rows.drop(columns="label").to_numpy())
            right = told == rows["label"].to_numpy()
            metrics.setdefault(kind, {})[table] = round(float(right.mean()), 6)
            wrong += [(kind, table, i, rows["label"][i], told[i]) for i in range(len(rows)) if not right[i]]
    best = max(KINDS, key=lambda kind: (sum(metrics[kind].values()), kind))
    metrics["best"] = best
    pathlib.Path("metrics.json").write_text(json.dumps(metrics, indent=2, sort_keys=True) + "\n")
    pathlib.Path("reports").mkdir(exist_ok=True)
    pd.DataFrame(wrong, columns=["model", "table", "row", "label", "told"]).to_csv(
        "reports/wrong.csv", index=False, lineterminator="\n")
    with open("models/best.pkl", "wb") as file:
        pickle.dump({"kind": best, "metrics": metrics[best], "models": models[best]}, file, protocol=4)
    print(f"best: {best} {metrics[best]}")


if __name__ == "__main__":
    main()
