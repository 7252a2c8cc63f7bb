Stages are added to dvx.yaml, which is made when there is none:

  $ git init -q && dvx init -q
  $ dvx stage add -n prepare -d src/prepare.py -d data/raw -p prepare.seed,prepare.share -o data/prepared 'python3 src/prepare.py > log'
  added stage 'prepare' to dvx.yaml
  hint: git add dvx.yaml && dvx repro prepare
  $ cat dvx.yaml
  stages:
    prepare:
      cmd: python3 src/prepare.py > log
      deps:
        - src/prepare.py
        - data/raw
      params:
        - prepare.seed
        - prepare.share
      outs:
        - data/prepared

The text stays as it was, comments and all:

  $ cat > dvx.yaml <<'YAML'
  > # how the model is made
  > stages:
  >     prepare:   # first
  >         cmd: python3 src/prepare.py
  >         outs: [data/prepared]   # a directory
  >         # more to come
  > 
  > # the end
  > YAML
  $ dvx stage add -q -n train --desc "fit: both" -d data/prepared -p model.toml:layers --env SEED=7 --tools 'python3 --version' -o models/best.pkl -M metrics.json -- python3 src/train.py --name "two words"
  $ cat dvx.yaml
  # how the model is made
  stages:
      prepare:   # first
          cmd: python3 src/prepare.py
          outs: [data/prepared]   # a directory
          # more to come
      train:
          cmd: python3 src/train.py --name 'two words'
          desc: "fit: both"
          deps:
              - data/prepared
          params:
              - model.toml:
                  - layers
          outs:
              - models/best.pkl
          metrics:
              - metrics.json:
                  cache: false
          env:
              SEED: "7"
          tools:
              - python3 --version
  
  # the end
  $ dvx stage list
  prepare  → data/prepared
  train    → models/best.pkl, metrics.json  (fit: both)
  $ dvx stage list --names
  prepare
  train

From a subdirectory, where paths and the command begin:

  $ mkdir sub && cd sub
  $ dvx stage add -q -n report -d ../metrics.json -O report.md --cmd 'echo one > report.md' --cmd 'echo two >> report.md'
  $ cd .. && tail -8 dvx.yaml
          wdir: sub
          deps:
              - ../metrics.json
          outs:
              - report.md:
                  cache: false
  
  # the end
  $ dvx stage list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["data"]["stages"][2])'
  {'always_changed': False, 'cmd': ['echo one > report.md', 'echo two >> report.md'], 'deps': ['metrics.json'], 'desc': '', 'env': {}, 'file': 'dvx.yaml', 'frozen': False, 'group': '', 'line': 24, 'meta': {}, 'mutex': [], 'name': 'report', 'needs': [], 'outs': [{'cache': False, 'kind': 'data', 'path': 'sub/report.md', 'persist': False}], 'params': {}, 'resources': {'cpus': 1, 'gpus': 0, 'memory': 0}, 'retries': 0, 'timeout': None, 'tools': [], 'wdir': 'sub'}

What would not hold together is refused, and the file is left alone:

  $ cp dvx.yaml before
  $ dvx stage add -n train 'echo again'
  error: dvx.yaml:7: stage 'train' is there already
  hint: dvx stage list
  [1]
  $ dvx stage add -n other -o models/best.pkl 'echo'
  error: dvx.yaml:34:5: stages 'train' and 'other' have the same output 'models/best.pkl'
  [2]
  $ dvx stage add -n other -d metrics.json -o data/prepared/x 'echo'
  error: dvx.yaml:34:5: output 'data/prepared/x' of stage 'other' lies in output 'data/prepared' of stage 'prepare'
  [2]
  $ dvx stage add -n loop -d report.md -d metrics.json -o src/prepare.py -d sub/report.md -d src/prepare.py 'echo'
  error: dvx.yaml:34:5: stage 'loop' depends on its own output 'src/prepare.py'
  [2]
  $ dvx stage add -n 'a b' 'echo'
  error: dvx.yaml:34:5: 'a b' cannot be the name of a stage
  hint: use letters, digits, '_', '-' and '.'
  [2]
  $ dvx stage add -n other -d /etc/passwd 'echo'
  error: '/etc/passwd' lies outside of the repository '*' (glob)
  [2]
  $ dvx stage add -n other --env SEED 'echo'
  error: 'SEED' is not NAME=VALUE
  hint: dvx stage add --help
  [2]
  $ dvx stage add -n other
  error: stage 'other' has no command
  hint: dvx stage add -n other 'python3 other.py'
  [2]
  $ cmp before dvx.yaml

Beside anchors a stage is added; where several places share the text it is not:

  $ cat > dvx.yaml <<END
  > stages:
  >   one: &one
  >     cmd: echo one > one   # as always
  >     outs: [one]
  > 
  >   two: {<<: *one, outs: [two]}
  > END
  $ dvx stage add -q -n three -o three 'echo three > three'
  $ cat dvx.yaml
  stages:
    one: &one
      cmd: echo one > one   # as always
      outs: [one]
  
    two: {<<: *one, outs: [two]}
  
    three:
      cmd: echo three > three
      outs:
        - three
  $ cat > dvx.yaml <<END
  > vars:
  >   - shared: &shared {one: {cmd: echo}}
  > stages: *shared
  > END
  $ dvx stage add -n three -o three 'echo three > three'
  error: dvx.yaml:3:9: 'stages' is shared by an anchor ('&') and its aliases ('*'), and dvx edits no more than one place
  hint: edit it by hand, or write the value out where it is used
  [2]

Help has an example:

  $ dvx stage --help | grep 'dvx stage list'
    dvx stage list
