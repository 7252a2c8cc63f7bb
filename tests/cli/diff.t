  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ mkdir -p data/raw/sub && seq 10 > data/raw/a && seq 20 > data/raw/sub/b && echo x > single
  $ dvx diff
  $ dvx add -q data/raw single
  $ dvx diff
  $ git commit -qm "Data" && dvx diff

In the workspace, before it is recorded:

  $ seq 11 > data/raw/a && rm data/raw/sub/b && mkdir data/raw/empty && seq 5 > data/raw/new
  $ dvx diff
  $ dvx diff --exit-code > /dev/null
  $ dvx diff -q
  $ dvx diff data/raw/sub
  $ (cd data && dvx diff raw/a)

Between revisions:

  $ dvx commit -q -m "Change" && git tag v2
  $ dvx diff HEAD~1 v2
  $ dvx diff HEAD~2..HEAD single
  $ dvx diff HEAD~1 --exit-code > /dev/null
  $ dvx diff HEAD~1 --json
  $ dvx diff v2

Parameters and metrics:

  $ cat > params.yaml << END
  > train:
  >   epochs: 5
  >   rate: 0.1
  > unused: 1
  > END
  $ cat > dvx.yaml << END
  > stages:
  >   train:
  >     cmd: 'printf "{\"score\": {\"f1\": 0.%d}}" \$(grep -o "epochs: [0-9]*" params.yaml | grep -o "[0-9]*") > eval.json; cp single model'
  >     deps: [single]
  >     params: [train.epochs]
  >     outs: [model]
  >     metrics:
  >       - eval.json: {cache: false}
  > END
  $ dvx repro -q && git add -A && git commit -qm "Train" && dvx diff
  $ sed -i 's/epochs: 5/epochs: 7/; s/unused: 1/unused: 2/' params.yaml && dvx diff
  $ dvx repro -q && dvx diff
  $ git add -A && git commit -qm "Longer" && dvx diff HEAD~1 HEAD --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["metrics"])'

What is neither:

  $ dvx diff nonsense
