A pipeline of two stages on tracked data.

  $ git init -q && dvx init > /dev/null 2>&1
  $ mkdir data src && printf '1\n2\n3\n' > data/raw.csv
  $ dvx add data/raw.csv > /dev/null 2>&1
  $ echo 'sort -r data/raw.csv > sorted.csv' > src/sort.sh
  $ cat > dvx.yaml << 'YAML'
  > stages:
  >   sort:
  >     cmd: sh src/sort.sh
  >     deps: [src/sort.sh, data/raw.csv]
  >     outs: [sorted.csv]
  >   count:
  >     cmd: wc -l < sorted.csv > count.txt
  >     deps: [sorted.csv]
  >     outs: [count.txt]
  > YAML
  $ git add . && git commit -qm 'Add numbers'
  $ dvx repro > /dev/null 2>&1

What an output was made from:

  $ dvx lineage count.txt
  count.txt  1121cfccd591  2 B
  \S+ count  run [0-9a-f]{12}  \d{4}-\d\d-\d\dT\d\d:\d\d  [\d.]+ s  \$ wc -l < sorted.csv > count.txt \(esc\) (re)
     \S+ sorted.csv  [0-9a-f]{12}  6 B \(esc\) (re)
        \S+ sort  run [0-9a-f]{12}  \d{4}-\d\d-\d\dT\d\d:\d\d  [\d.]+ s  \$ sh src/sort.sh \(esc\) (re)
           \S+ data/raw.csv  [0-9a-f]{12}  6 B  data/raw.csv.dvx since [0-9a-f]{7} 2026-01-02 Ada: Add numbers \(esc\) (re)
           \S+ src/sort.sh  [0-9a-f]{12}  34 B  in git since [0-9a-f]{7} 2026-01-02 Ada: Add numbers \(esc\) (re)

The same by stage, by id, from a subdirectory:

  $ dvx lineage sort | head -1
  sort  run .* (re)
  $ dvx lineage $(sha256sum < count.txt | cut -c1-10) | head -1
  count.txt  1121cfccd591  2 B
  $ cd src && dvx lineage ../count.txt | head -1 && cd ..
  ../count.txt  1121cfccd591  2 B

A copy elsewhere, under another name, is known by its content:

  $ cp sorted.csv "$CRAMTMP/model.bin"
  $ dvx lineage "$CRAMTMP/model.bin" | head -2
  .*/model.bin has the content of sorted.csv (re)
  sorted.csv  [0-9a-f]{12}  6 B (re)

What was made with the raw data:

  $ dvx lineage data/raw.csv --downstream
  data/raw.csv  [0-9a-f]{12}  6 B  data/raw.csv.dvx since .* (re)
  \S+ sort  run .* \(esc\) (re)
     \S+ sorted.csv  [0-9a-f]{12}  6 B \(esc\) (re)
        \S+ count  run .* \(esc\) (re)
           └─ count.txt  1121cfccd591  2 B

For other programs:

  $ dvx lineage count.txt --dot | head -3
  digraph lineage {
    rankdir=LR;
    node [fontname="sans-serif", fontsize=10];
  $ dvx lineage count.txt --mermaid | head -2
  flowchart LR
    n0["count.txt<br/>1121cfccd591"]
  $ dvx lineage count.txt --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["ok"], len(d["data"]["nodes"]), len(d["data"]["edges"]), d["data"]["focus"])'
  True 6 5 n0
  $ dvx lineage count.txt --html page.html
  wrote page.html
  $ grep -c '<svg' page.html
  1

What nothing is recorded about:

  $ echo changed > count.txt && dvx lineage count.txt
  error: no run made, read or recorded the content of 'count.txt' (*) (glob)
  hint: dvx status
  [5]
  $ dvx lineage nothing
  error: no file, stage, run or object 'nothing'
  hint: dvx stage list
  [5]

Two stages make parts of one directory, and a third stage reads all of it:

  $ git init -q parts && cd parts && dvx init -q
  $ mkdir models && echo same > raw && dvx add -q raw
  $ cat > dvx.yaml << 'YAML'
  > stages:
  >   a: {cmd: cp raw models/a, deps: [raw], outs: [models/a]}
  >   b: {cmd: echo b > models/b, outs: [models/b]}
  >   all: {cmd: cat models/a models/b > all, deps: [models], outs: [all]}
  >   other: {cmd: wc -c < raw > other, deps: [raw], outs: [other]}
  > YAML
  $ dvx repro -q && git add -A && git commit -qm parts

Data that came from one part does not come from the other part, nor from the file that the part was copied from:

  $ dvx lineage models/a --downstream --json | python3 -c 'import json, sys; print(sorted(n.get("path") or n["record"]["stage"] for n in json.load(sys.stdin)["data"]["nodes"]))'
  ['a', 'all', 'all', 'models', 'models/a']
  $ dvx lineage models/b --downstream --json | python3 -c 'import json, sys; print(sorted(n.get("path") or n["record"]["stage"] for n in json.load(sys.stdin)["data"]["nodes"]))'
  ['all', 'all', 'b', 'models', 'models/b']

A directory has the origins of its parts:

  $ dvx lineage models | sed 's/  run.*//'
  models * (glob)
  \S+ models/a .* \(esc\) (re)
  .* a \(esc\) (re)
  .* raw .* \(esc\) (re)
  \S+ models/b .* \(esc\) (re)
  .* b \(esc\) (re)
  $ dvx lineage models | grep -c "not recorded"
  0
  [1]
  $ dvx lineage all | grep -c "not recorded"
  0
  [1]
  $ echo stray > models/stray && dvx lineage models | head -1
  models * not recorded in git (glob)
