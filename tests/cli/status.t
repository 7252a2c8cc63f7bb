  $ git init -q && dvx init -q
  $ dvx status
  $ mkdir -p data/raw && for i in 1 2 3 4; do echo $i > data/raw/$i.csv; done && echo x > model.bin
  $ dvx add -q data/raw model.bin && git commit -qm data
  $ dvx status && dvx status --exit-code

Changes are named, and counted when they are many:

  $ echo new > data/raw/5.csv && echo changed > data/raw/1.csv && rm data/raw/2.csv && echo y > model.bin
  $ dvx status
  $ dvx status --exit-code > out.txt
  $ dvx -q status
  $ cd data && dvx status raw && cd ..
  $ dvx --json status
  $ rm out.txt; for i in $(seq 10 30); do echo $i > data/raw/$i.csv; done
  $ dvx status data/raw
  $ dvx -v status data/raw | wc -l

Data that is not there, here or at all:

  $ dvx checkout -q --force && rm -r data/raw model.bin
  $ dvx status
  $ mv .dvx/store gone && dvx status
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
  $ dvx repro -q && dvx status
  $ echo z > model.bin && dvx status
