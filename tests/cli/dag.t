  $ git init -q && dvx init -q
  $ mkdir data && echo 1 > data/digits.csv && echo 2 > data/cancer.csv && dvx add -q data/digits.csv data/cancer.csv
  $ cat > dvx.yaml <<'YAML'
  > stages:
  >   evaluate:
  >     cmd: echo
  >     deps: [features, forest.pkl, logreg.pkl]
  >     outs: [best.pkl]
  >   forest:
  >     cmd: echo
  >     deps: [features]
  >     outs: [forest.pkl]
  >   logreg:
  >     cmd: echo
  >     deps: [features]
  >     outs: [logreg.pkl]
  >   features:
  >     cmd: echo
  >     deps: [data]
  >     outs: [features, scale.json]
  >   apart:
  >     cmd: echo
  > YAML

Data flows down; tracked data stands above what reads it:

  $ dvx dag
  ● data/cancer.csv
  │ ● data/digits.csv
  ├─╯
  ● features → features, scale.json
  ├─╮
  │ ● forest → forest.pkl
  ├─│─╮
  │ │ ● logreg → logreg.pkl
  ├─┴─╯
  ● evaluate → best.pkl
  ● apart

Only what a stage or an output needs:

  $ dvx dag logreg.pkl
  ● data/cancer.csv
  │ ● data/digits.csv
  ├─╯
  ● features → features, scale.json
  ● logreg → logreg.pkl
  $ cd data && dvx dag ../features && cd ..
  ● cancer.csv
  │ ● digits.csv
  ├─╯
  ● features → ../features, ../scale.json

For other programs:

  $ dvx dag forest --dot
  digraph pipeline {
    rankdir=TB;
    node [shape=box, style=rounded];
    n0 [label="data/cancer.csv", shape=cylinder];
    n1 [label="data/digits.csv", shape=cylinder];
    n2 [label="features"];
    n3 [label="forest"];
    n0 -> n2;
    n1 -> n2;
    n2 -> n3;
  }
  $ dvx dag forest --mermaid
  flowchart TD
    n0[("data/cancer.csv")]
    n1[("data/digits.csv")]
    n2["features"]
    n3["forest"]
    n0 --> n2
    n1 --> n2
    n2 --> n3
  $ dvx dag forest --json
  {"dvx":1,"command":"dag","ok":true,"exit":0,"data":{"edges":[{"from":"data/cancer.csv","to":"features"},{"from":"data/digits.csv","to":"features"},{"from":"features","to":"forest"}],"nodes":[{"kind":"data","name":"data/cancer.csv"},{"kind":"data","name":"data/digits.csv"},{"desc":"","kind":"stage","name":"features","outs":["features","scale.json"]},{"desc":"","kind":"stage","name":"forest","outs":["forest.pkl"]}]},"warnings":[],"errors":[]}
  $ dvx dag --dot --mermaid
  error: --dot excludes --mermaid
  hint: dvx dag --help
  [2]
