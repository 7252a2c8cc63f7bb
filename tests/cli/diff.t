  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ mkdir -p data/raw/sub && seq 10 > data/raw/a && seq 20 > data/raw/sub/b && echo x > single
  $ dvx diff
  $ dvx add -q data/raw single
  $ dvx diff
  data
    added    data/raw/ (2 files, 72 B)
      added    a (21 B)
      added    sub/b (51 B)
    added    single (2 B)
  $ git commit -qm "Data" && dvx diff

In the workspace, before it is recorded:

  $ seq 11 > data/raw/a && rm data/raw/sub/b && mkdir data/raw/empty && seq 5 > data/raw/new
  $ dvx diff
  data
    modified data/raw/ (2 files, 72 B -> 2 files, 34 B)
      modified a (21 B -> 24 B)
      added    empty/ (empty directory)
      added    new (10 B)
      removed  sub/b (51 B)
  $ dvx diff --exit-code > /dev/null
  [1]
  $ dvx diff -q
  $ dvx diff -q --exit-code
  [1]
  $ dvx diff data/raw/sub
  data
    modified data/raw/ (2 files, 72 B -> 2 files, 34 B)
      removed  sub/b (51 B)
  $ (cd data && dvx diff raw/a)
  data
    modified raw/ (2 files, 72 B -> 2 files, 34 B)
      modified a (21 B -> 24 B)

Between revisions:

  $ dvx commit -q -m "Change" && git tag v2
  $ dvx diff HEAD~1 v2
  data
    modified data/raw/ (2 files, 72 B -> 2 files, 34 B)
      modified a (21 B -> 24 B)
      added    empty/ (empty directory)
      added    new (10 B)
      removed  sub/b (51 B)
  $ dvx diff HEAD~2..HEAD single
  data
    added    single (2 B)
  $ dvx diff HEAD~1 --exit-code > /dev/null
  [1]
  $ dvx diff HEAD~1 --json
  {"dvx":1,"command":"diff","ok":true,"exit":0,"data":{"after":"","before":"HEAD~1","data":[{"after":{"files":2,"id":"968fb23ac9b0dd176c38af93b69d34286b3c58b7aacf4f5ae286164ebce491df","kind":"tree","size":34},"before":{"files":2,"id":"bf1f62edef4f275e2ebb2a6568d05bcb1f664d71a2d330b2d816a4ead17aa06f","kind":"tree","size":72},"change":"modified","files":[{"after":{"id":"abcc1b4a3f0b6056d843fed9593758b6b54035f60f251df70915de45d3d74a74","kind":"file","size":24},"before":{"id":"bf794518e35d7f1ce3a50b3058c4191bb9401e568fc645d77e10b0f404cf1f22","kind":"file","size":21},"change":"modified","path":"data/raw/a"},{"after":{"id":"3ee2bbd3a4f0a5dc10ab36ace509ef654115d92ea781f52b9efe1e0d84186708","kind":"directory","size":0},"before":null,"change":"added","path":"data/raw/empty"},{"after":{"id":"f6b49467f595b1a44e442c198b3df4d221e88efcaabc26254f8e0ad4f79b6242","kind":"file","size":10},"before":null,"change":"added","path":"data/raw/new"},{"after":null,"before":{"id":"b76ae83c50d6104039c80d312402af3027661e07066325526ad997daf6362bbc","kind":"file","size":51},"change":"removed","path":"data/raw/sub/b"}],"files_known":true,"path":"data/raw","stage":""}],"metrics":[],"params":[],"unreadable_values":[]},"warnings":[],"errors":[]}
  $ dvx diff v2

The executable bit is content too:

  $ printf 'echo hi\n' > run.sh && cp run.sh data/raw/tool && dvx add -q run.sh data/raw && git commit -qm "Tools"
  $ chmod +x run.sh data/raw/tool && dvx diff
  data
    modified data/raw/ (3 files, 42 B)
      modified tool (8 B, now executable)
    modified run.sh (8 B, now executable)
  $ dvx diff run.sh --json | python3 -c 'import json, sys; d = json.load(sys.stdin)["data"]["data"][0]; print(d["before"]["executable"], d["after"]["executable"], d["files"][0]["after"]["kind"])'
  False True executable
  $ dvx commit -q -m "May run" && chmod -x run.sh && dvx diff
  data
    modified run.sh (8 B, no longer executable)
  $ dvx checkout -q --force && dvx diff

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
  parameters
    params.yaml  train.epochs: 5 -> 7
  $ dvx repro -q && dvx diff
  parameters
    params.yaml  train.epochs: 5 -> 7
  metrics
    eval.json  score.f1: 0.5 -> 0.7
  $ git add -A && git commit -qm "Longer" && dvx diff HEAD~1 HEAD --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["metrics"])'
  [{'after': 0.7, 'before': 0.5, 'file': 'eval.json', 'key': 'score.f1'}]

Python writes numbers that JSON has no words for. They are values, and the JSON that dvx prints stays JSON:

  $ printf 'metrics: [m.json]\nparams: [p.yaml]\n' > dvx.yaml
  $ echo '{"acc": 0.5, "loss": NaN, "best": -Infinity, "big": 1e999}' > m.json; echo 'v: [1, .nan]' > p.yaml
  $ git add -A && git commit -qm nan && dvx diff
  $ echo '{"acc": 0.6, "loss": NaN, "best": 0.0, "big": Infinity}' > m.json; echo 'v: [1.0, .nan]' > p.yaml; dvx diff
  parameters
    p.yaml  v: [1,".nan"] -> [1.0,".nan"]
  metrics
    m.json  acc: 0.5 -> 0.6
    m.json  best: "-.inf" -> 0.0
  $ dvx diff --json | python3 -c 'import json, sys; print([c["before"] for c in json.load(sys.stdin, parse_constant=exit)["data"]["metrics"]])'
  [0.5, '-.inf']

A file that cannot be read is named, and --exit-code does not take it for unchanged unless it is the same on both sides:

  $ echo '{"acc": 0.6' > m.json; dvx diff --exit-code
  parameters
    p.yaml  v: [1,".nan"] -> [1.0,".nan"]
  warning: values of m.json cannot be compared: m.json: not JSON: * (glob)
  [1]
  $ git checkout -q p.yaml; dvx diff --exit-code
  warning: values of m.json cannot be compared: m.json: not JSON: * (glob)
  [1]
  $ git commit -qam broken && dvx diff --exit-code
  warning: values of m.json cannot be compared: m.json: not JSON: * (glob)
  $ echo 'params: [p.yaml]' > dvx.yaml; git rm -q -f m.json; git commit -qam 'No metrics' && dvx diff

What is neither:

  $ dvx diff nonsense
  error: 'nonsense' is neither a revision nor tracked by dvx
  hint: dvx ls
  [5]
