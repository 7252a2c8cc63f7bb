Stages that are to be left alone:

  $ git init -q && dvx init -q
  $ cat > dvx.yaml <<'END'
  > # the pipeline
  > stages:
  >   prepare:
  >     # splits the table
  >     cmd: cp raw rows   # as it is
  >     deps: [raw]
  >     outs:
  >       - rows
  >   train: {cmd: cp rows model, deps: [rows], outs: [model]}  # fits
  >   each:
  >     foreach: [a, b]
  >     do:
  >       cmd: echo ${item} > ${item}
  >       outs: ["${item}"]
  >   grid:
  >     matrix: {x: [1, 2]}
  >     cmd: echo ${item.x} > x${item.x}
  >     outs: ["x${item.x}"]
  > END
  $ echo 1 > raw && dvx repro -q
  $ dvx freeze prepare train
  prepare: frozen
  train: frozen
  hint: git add dvx.yaml
  $ sed -n 1,11p dvx.yaml
  # the pipeline
  stages:
    prepare:
      # splits the table
      frozen: true
      cmd: cp raw rows   # as it is
      deps: [raw]
      outs:
        - rows
    train: {frozen: true, cmd: cp rows model, deps: [rows], outs: [model]}  # fits
    each:
  $ echo 2 > raw && dvx repro -n
  0 of 6 stages stale
  $ dvx freeze prepare
  prepare: frozen already
  $ dvx stage list | grep frozen
  prepare  [frozen]  \xe2\x86\x92 rows (esc)
  train    [frozen]  \xe2\x86\x92 model (esc)

And no more; the text is as it was:

  $ dvx unfreeze prepare train
  prepare: not frozen
  train: not frozen
  hint: git add dvx.yaml
  $ sed -n 3,10p dvx.yaml
    prepare:
      # splits the table
      cmd: cp raw rows   # as it is
      deps: [raw]
      outs:
        - rows
    train: {cmd: cp rows model, deps: [rows], outs: [model]}  # fits
    each:
  $ dvx unfreeze train
  train: not frozen already
  $ dvx repro -n
  would run      prepare: dependency raw: * (glob)
  would run      train: stage prepare before it will run
  2 of 6 stages stale

Generated stages have one text, and are frozen together:

  $ dvx freeze each@a
  error: stage 'each@a' is generated together with others, and they have one 'frozen'
  hint: dvx freeze each
  [2]
  $ dvx freeze each 'grid@*'
  each: frozen
  grid: frozen
  hint: git add dvx.yaml
  $ sed -n 10,20p dvx.yaml
    each:
      foreach: [a, b]
      do:
        frozen: true
        cmd: echo ${item} > ${item}
        outs: ["${item}"]
    grid:
      frozen: true
      matrix: {x: [1, 2]}
      cmd: echo ${item.x} > x${item.x}
      outs: ["x${item.x}"]
  $ dvx unfreeze each grid --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"])'
  {'stages': [{'changed': True, 'file': 'dvx.yaml', 'stage': 'each'}, {'changed': True, 'file': 'dvx.yaml', 'stage': 'grid'}]}
  $ dvx freeze tarin
  error: no stage or output 'tarin'* (glob)
  hint: * (glob)
  [5]

Of another dvx.yaml; a comment beside the word stays:

  $ mkdir sub && printf 'stages:\n  s:\n    frozen: true  # until spring\n    cmd: echo\n' > sub/dvx.yaml
  $ cd sub && dvx unfreeze s && cat dvx.yaml
  sub:s: not frozen
  hint: git add dvx.yaml
  stages:
    s:
      frozen: false  # until spring
      cmd: echo
  $ cd .. && dvx freeze -q sub:s train 2> /dev/null && git diff --no-index /dev/null sub/dvx.yaml | grep '^+.*frozen'
  +    frozen: true  # until spring
  $ printf 'stages:\r\n  s:\r\n    cmd: echo\r\n' > sub/dvx.yaml; dvx freeze -q sub:s; od -c sub/dvx.yaml | sed -n 1,3p
  0000000   s   t   a   g   e   s   :  \r  \n           s   :  \r  \n    
  0000020               f   r   o   z   e   n   :       t   r   u   e  \r
  0000040  \n                   c   m   d   :       e   c   h   o  \r  \n

What an anchor shares is not edited for one of those who use it:

  $ mkdir shared && cd shared && git init -q && dvx init -q
  $ printf 'stages:\n  a: &a\n    cmd: echo\n  b: *a\n' > dvx.yaml
  $ dvx freeze b
  error: dvx.yaml:* is shared by an anchor * (glob)
  hint: edit it by hand, or write the value out where it is used
  [2]

What is there counts too for a stage that needs a frozen one by name, whether that ever ran or not:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   table: {cmd: 'echo 1 > table', outs: [table], frozen: true}
  >   count: {cmd: 'cat table > count', deps: [{stage: table}], outs: [count]}
  > END
  $ echo mine > table; dvx repro -q && cat count
  mine
  $ echo other > table; dvx repro -q && cat count
  other
  $ rm table; dvx repro -q && cat table
  other

The outputs of a frozen stage are recorded as they were found, and no run is said to have made them:

  $ git init -q kept && cd kept && dvx init -q && dvx remote add -q -d r "$CRAMTMP/remote"
  $ cat > dvx.yaml <<'END'
  > stages:
  >   ingest: {cmd: "false", outs: [raw.csv, more/], deps: [gone], frozen: true}
  >   train: {cmd: cp raw.csv model, deps: [raw.csv], outs: [model]}
  > END
  $ mkdir more && echo 1 > raw.csv && echo a > more/a
  $ dvx status
  stages that are stale:
    frozen    ingest
      output raw.csv is not recorded yet
      output more is not recorded yet
    stale     train
      it has never run
  hint: dvx repro
  $ dvx verify 2> /dev/null | head -3
  \xe2\x9c\x97 stage 'ingest': 'raw.csv' is not recorded yet (esc)
  \xe2\x9c\x97 stage 'ingest': 'more' is not recorded yet (esc)
  \xe2\x9c\x97 stage 'train' never ran (esc)
  $ dvx add raw.csv
  error: 'raw.csv' is an output of stage 'ingest', which is frozen
  hint: dvx commit
  [1]
  $ dvx repro
  ingest: frozen, its outputs are recorded as they are
  train: running: it has never run
  train: ran in * s (glob)
  1 ran, 1 frozen in * s (glob)
  $ dvx repro
  1 frozen, 1 up to date in * s (glob)
  $ dvx status
  everything is as recorded
  $ dvx lineage model
  model  4355a46b19d3  2 B
  \S+ train  run .* \(esc\) (re)
     \S+ raw.csv  4355a46b19d3  2 B \(esc\) (re)
        \S+ ingest  record [0-9a-f]{12}  \S+  recorded as it was found, no run made it \(esc\) (re)
  $ dvx verify 2>&1 | grep ingest
  warning: outputs of stage 'ingest' were recorded as they were found: no run made them
  $ git add -A && git commit -qm one && dvx push -q
  $ git clone -q . ../colleague && cd ../colleague && dvx pull -q && cat raw.csv more/a model
  1
  a
  1

A change by hand is recorded by commit, and the stage that reads it is stale:

  $ cd ../kept && echo 2 > raw.csv && dvx commit -m two > out.txt; grep recorded out.txt
  recorded raw.csv (1 file, 2 B)
  $ dvx status
  stages that are stale:
    stale     train
      dependency raw.csv: 4355a46b19d3 \xe2\x86\x92 53c234e5e847 (esc)
  hint: dvx repro

A stage that is unfrozen is stale, since no run made what is recorded:

  $ touch gone && dvx unfreeze -q ingest; dvx repro -n ingest
  would run      ingest: its outputs were recorded as they were found, and no run made them
  1 of 1 stage stale
