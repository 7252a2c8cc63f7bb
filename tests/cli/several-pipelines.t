Several dvx.yaml: each has its own directory to start from and its own variables; all are one pipeline.

  $ git init -q && dvx init -q
  $ mkdir -p models/big
  $ echo 'who: root' > params.yaml; echo 'who: big' > models/big/params.yaml
  $ cat > dvx.yaml <<'YAML'
  > stages:
  >   prepare:
  >     cmd: echo data of ${who} > data.txt
  >     outs: [data.txt]
  >   env:
  >     cmd: echo installing
  >     params: [who]
  > YAML
  $ cat > models/big/dvx.yaml <<'YAML'
  > stages:
  >   train:
  >     cmd: cat ../../data.txt > model && echo model of ${who} >> model
  >     deps:
  >       - ../../data.txt
  >       - stage: :env
  >     outs: [model]
  > artifacts:
  >   net: {path: model, type: model, labels: [vision]}
  > YAML
  $ dvx stage list
  prepare           → data.txt
  env
  models/big:train  → models/big/model
  $ dvx repro -q && cat models/big/model
  data of root
  model of big
  $ dvx dag
  ● prepare → data.txt
  │ ● env
  ├─╯
  ● models/big:train → models/big/model

A name means the stage of the nearest dvx.yaml first; a path before it says which.

  $ cd models/big
  $ dvx why train | head -1
  models/big:train is up to date since run * (glob)
  $ dvx why prepare | head -1
  prepare is up to date since run * (glob)
  $ dvx repro -n ../../dvx.yaml:prepare ../../models/big:train .
  0 of 3 stages stale
  $ dvx repro -n dvx.yaml
  0 of 3 stages stale
  $ cd ..
  $ dvx repro -n big:trian
  error: no stage or output 'big:trian'
  hint: did you mean 'models/big:train'?
  [5]
  $ cd ..

A stage that is needed by name: what it has to show belongs to the key.

  $ sed -i 's/who: root/who: elsewhere/' params.yaml
  $ dvx repro -n
  would run      prepare: command: echo data of root > data.txt → echo data of elsewhere > data.txt
  would run      env: param params.yaml:who: root → elsewhere
  would run      models/big:train: stage prepare before it will run, and 1 more
  3 of 3 stages stale
  $ dvx repro -q
  $ sed -i 's/who: elsewhere/who: root/' params.yaml
  $ dvx repro -q prepare && dvx repro -qs models/big:train; dvx repro -n
  would restore  env: param params.yaml:who: elsewhere → root
  would run      models/big:train: stage env before it will run
  2 of 3 stages stale
  $ dvx repro -q && dvx repro -n
  0 of 3 stages stale

A new stage goes into the nearest file, or into the one that is named.

  $ cd models/big && dvx stage add -q -n report -d model -o report.md 'wc model > report.md'
  $ dvx stage add -q --file ../dvx.yaml -n all -d big/report.md -o ../all.md 'cat big/report.md > ../all.md'
  $ tail -5 dvx.yaml; cat ../dvx.yaml
        - model
      outs:
        - report.md
  artifacts:
    net: {path: model, type: model, labels: [vision]}
  stages:
    all:
      cmd: cat big/report.md > ../all.md
      wdir: big
      deps:
        - big/report.md
      outs:
        - ../all.md
  $ cd ../..

Commits have all of them too: the hook knows outputs of each, diff and log see each.

  $ git add -A && git commit -qm all && dvx diff
  $ git add -f models/big/model && dvx hook run pre-commit
  dvx stopped this commit
    'models/big/model' is tracked by dvx and must not be in git too
      git rm --cached models/big/model
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
