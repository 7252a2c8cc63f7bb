  $ git init -q && dvx init -q
  $ dvx status
  everything is as recorded
  $ mkdir -p data/raw && for i in 1 2 3 4; do echo $i > data/raw/$i.csv; done && echo x > model.bin
  $ dvx add -q data/raw model.bin && git commit -qm data
  $ dvx status && dvx status --exit-code
  everything is as recorded
  everything is as recorded

Changes are named, and counted when they are many:

  $ echo new > data/raw/5.csv && echo changed > data/raw/1.csv && rm data/raw/2.csv && echo y > model.bin
  $ dvx status
  data that is not as recorded:
    modified  data/raw  (1 modified, 1 new, 1 deleted)
      modified  data/raw/1.csv
      deleted   data/raw/2.csv
      new       data/raw/5.csv
    modified  model.bin
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ dvx status --exit-code > out.txt
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  [1]
  $ dvx -q status
  $ dvx -q status --exit-code
  [1]
  $ cd data && dvx status raw && cd ..
  data that is not as recorded:
    modified  raw  (1 modified, 1 new, 1 deleted)
      modified  raw/1.csv
      deleted   raw/2.csv
      new       raw/5.csv
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ dvx --json status
  {"dvx":1,"command":"status","ok":true,"exit":0,"data":{"clean":false,"data":[{"changes":[{"change":"modified","path":"data/raw/1.csv"},{"change":"removed","path":"data/raw/2.csv"},{"change":"added","path":"data/raw/5.csv"}],"failed":[],"path":"data/raw","state":"modified","stored":true},{"changes":[{"change":"modified","path":"model.bin"}],"failed":[],"path":"model.bin","state":"modified","stored":true}],"stages":[]},"warnings":[],"errors":[],"hint":"dvx commit -m MESSAGE (to record) or dvx checkout (to go back)"}
  $ rm out.txt; for i in $(seq 10 30); do echo $i > data/raw/$i.csv; done
  $ dvx status data/raw
  data that is not as recorded:
    modified  data/raw  (1 modified, 22 new, 1 deleted)
      modified  data/raw/1.csv
      new       data/raw/10.csv
      new       data/raw/11.csv
      new       data/raw/12.csv
      new       data/raw/13.csv
      new       data/raw/14.csv
      new       data/raw/15.csv
      new       data/raw/16.csv
      new       data/raw/17.csv
      new       data/raw/18.csv
      and 14 more
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ dvx -v status data/raw | wc -l
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  26

Data that is not there, here or at all:

  $ dvx checkout -q --force && rm -r data/raw model.bin
  $ dvx status
  data that is not as recorded:
    missing   data/raw
    missing   model.bin
  hint: dvx checkout
  $ mv .dvx/store gone && dvx status
  data that is not as recorded:
    missing   data/raw  (and not in the store)
    missing   model.bin  (and not in the store)
  hint: dvx pull
  $ rm -r .dvx/store && mv gone .dvx/store

A stage that would run says why:

  $ dvx checkout -q
  $ cat > dvx.yaml <<'YAML'
  > stages:
  >   copy:
  >     cmd: cp model.bin copy.bin
  >     deps: [model.bin]
  >     outs: [copy.bin]
  > YAML
  $ dvx status
  stages that are stale:
    stale     copy
      it has never run
  hint: dvx repro
  $ dvx repro -q && dvx status
  everything is as recorded
  $ echo z > model.bin && dvx status
  data that is not as recorded:
    modified  model.bin
  stages that are stale:
    stale     copy
      dependency model.bin: 73cb3858a687 \xe2\x86\x92 c865f6c5ab8d (esc)
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)

A stage that failed is told from a stage that never ran, and a file that one stage cannot read does not hide the other stages:

  $ dvx checkout -q --force && cat > dvx.yaml << YAML
  > stages:
  >   bad: {cmd: exit 3, outs: [bad]}
  >   no-key: {cmd: echo > k, params: [nokey], outs: [k]}
  >   no-file: {cmd: echo > f, params: [none.yaml: [x]], outs: [f]}
  >   no-dep: {cmd: echo > n, deps: [nothing], outs: [n]}
  >   fine: {cmd: echo > g, outs: [g]}
  > YAML
  $ echo 'a: [' > params.yaml; dvx repro -q -k bad fine no-key no-file no-dep 2> errors; echo $?; grep error errors; ls g
  1
  error: stage 'bad' failed: 'exit 3' exited with status 3
  error: stage 'no-key' failed: params.yaml:* (glob)
  error: stage 'no-file' failed: stage 'no-file': params file 'none.yaml' is not there
  error: stage 'no-dep' failed: dependency 'nothing' of stage 'no-dep' does not exist
  g
  $ dvx status
  stages that are stale:
    failed    bad
      its last run failed
    blocked   no-key
      params.yaml:* (glob)
    blocked   no-file
      stage 'no-file': params file 'none.yaml' is not there
    blocked   no-dep
      dependency nothing is missing
  hint: dvx repro
  $ dvx stages | grep -c blocked
  3
  $ dvx why bad
  bad would run:
    its last run failed
  $ dvx why fine no-key
  no-key cannot run:
    params.yaml:* (glob)
  fine is up to date since run * (glob)
  $ dvx verify > found 2>&1; echo $?; grep -c "is stale" found
  1
  3

It stops no commit either:

  $ git add -A && git commit -qm "All the same" && dvx commit -q
