  $ git init -q && dvx init > /dev/null 2>&1
  $ mkdir data && printf '1\n2\n3\n' > data/raw.csv
  $ dvx add data/raw.csv > /dev/null 2>&1
  $ cat > dvx.yaml << 'YAML'
  > stages:
  >   sort:
  >     cmd: mkdir -p sorted && sort -r data/raw.csv > sorted/down.csv && sort data/raw.csv > sorted/up.csv
  >     deps: [data/raw.csv]
  >     outs: [sorted]
  >   count:
  >     cmd: wc -l < sorted/up.csv > count.txt
  >     deps: [sorted/up.csv]
  >     outs: [count.txt]
  > YAML
  $ git add . && git commit -qm 'Add numbers'

Before anything ran:

  $ dvx verify
  ✗ stage 'sort' never ran
  ✗ stage 'count' never ran
  2 faults found in 2 stages, 0 run records, 1 object (6 B)
  hint: dvx repro sort
  [1]

After:

  $ dvx repro > /dev/null 2>&1
  $ dvx verify
  \S+ verified: 2 stages, 2 run records, 4 objects .* \(esc\) (re)
  $ dvx verify --rebuild 2> /dev/null
  \S+ sort: rebuilt, 1 output identical \(12 B, [\d.]+ s\) \(esc\) (re)
  \S+ count: rebuilt, 1 output identical \(2 B, [\d.]+ s\) \(esc\) (re)
  \S+ verified: .* \(esc\) (re)
  $ git status --short
  A  .gitignore
  A  dvx.lock

Only one stage, with the recorded input:

  $ dvx verify --rebuild count -q 2> /dev/null
  \S+ count: rebuilt, 1 output identical \(2 B, [\d.]+ s\) \(esc\) (re)
  \S+ verified: .* \(esc\) (re)

The workspace moved on:

  $ echo 4 >> count.txt && dvx verify
  ✗ stage 'count': 'count.txt' is not what dvx.lock records
  1 fault found in .* (re)
  hint: dvx checkout count.txt
  [1]
  $ dvx checkout --force count.txt > /dev/null 2>&1 && dvx verify > /dev/null

A stage that writes the time:

  $ cat >> dvx.yaml << 'YAML'
  >   stamp:
  >     cmd: date +report-%s%N > stamp.txt
  >     outs: [stamp.txt]
  > YAML
  $ dvx repro > /dev/null 2>&1 && dvx verify > /dev/null
  $ dvx verify --rebuild 2> /dev/null
  \S+ sort: .* \(esc\) (re)
  \S+ count: .* \(esc\) (re)
  \S+ stage 'stamp': 'stamp.txt' differs at offset \d+: recorded [0-9a-f]{12}, rebuilt [0-9a-f]{12} \(esc\) (re)
  1 fault found in .* (re)
  [1]
  $ dvx verify --rebuild stamp --keep kept > /dev/null 2>&1
  [1]
  $ ls kept
  stamp.txt
  $ dvx verify --rebuild stamp --json 2> /dev/null | python3 -c 'import json,sys; d=json.load(sys.stdin); f=d["data"]["findings"][0]; print(d["exit"], f["kind"], f["stage"], f["path"], sorted(d["data"]["rebuilt"][0]["differences"][0]))'
  1 rebuild-differs stamp stamp.txt ['kind', 'offset', 'path', 'rebuilt', 'recorded']

Two runs of one key that disagree are evidence without a rebuild:

  $ dvx repro -f stamp > /dev/null 2>&1; dvx verify
  \S+ stage 'stamp': 'stamp.txt' is not deterministic: run [0-9a-f]{12} made [0-9a-f]{12}, run [0-9a-f]{12} made [0-9a-f]{12} \(esc\) (re)
  1 fault found in .* (re)
  hint: dvx lineage [0-9a-f]{12} (re)
  [1]
