Variables, foreach and matrix in dvx.yaml.

  $ git init -q && dvx init -q
  $ cat > params.yaml <<'YAML'
  > regions:
  >   us: {threshold: 10, lr: 1e-3}
  >   eu: {threshold: 15, lr: 0.5}
  > train: {lr: 0.1, fast: true, slow: false, name: a b, layers: [8, 16], opt: {kind: adam}}
  > YAML
  $ echo '{"seeds": [1, 2], "other": 0}' > grid.json
  $ cat > dvx.yaml <<'YAML'
  > vars:
  >   - grid.json:seeds
  >   - dir: out
  > stages:
  >   select:
  >     foreach: ${regions}
  >     do:
  >       cmd: echo ${key} ${item.threshold} ${item.lr} > ${dir}/${key}.txt
  >       outs: ["${dir}/${key}.txt"]
  >   fit:
  >     matrix:
  >       model: [cnn, xgb]
  >       seed: ${seeds}
  >     cmd: cat ${dir}/*.txt > fit-${key}; echo ${item.model} ${item.seed} \${HOME:+home} >> fit-${key}
  >     deps: ["${dir}/us.txt", "${dir}/eu.txt"]
  >     outs: ["fit-${key}"]
  >   flags:
  >     cmd: echo ${train} > flags
  >     outs: [flags: {cache: false}]
  > YAML
  $ dvx stage list
  select@us  → out/us.txt
  select@eu  → out/eu.txt
  fit@cnn-1  → fit-cnn-1
  fit@cnn-2  → fit-cnn-2
  fit@xgb-1  → fit-xgb-1
  fit@xgb-2  → fit-xgb-2
  flags      → flags
  $ dvx repro -q && cat fit-xgb-2 flags
  eu 15 0.5
  us 10 0.001
  xgb 2 home
  --lr 0.1 --fast --name a b --layers 8 16 --opt.kind adam

A group, one of it, and a pattern are targets; what changed is named.

  $ sed -i 's/threshold: 15/threshold: 16/' params.yaml
  $ dvx repro -n
  would run      select@eu: command: echo eu 15 0.5 > out/eu.txt → echo eu 16 0.5 > out/eu.txt
  would run      fit@cnn-1: stage select@eu before it will run
  would run      fit@cnn-2: stage select@eu before it will run
  would run      fit@xgb-1: stage select@eu before it will run
  would run      fit@xgb-2: stage select@eu before it will run
  5 of 7 stages stale
  $ dvx repro -n select
  would run      select@eu: command: echo eu 15 0.5 > out/eu.txt → echo eu 16 0.5 > out/eu.txt
  1 of 2 stages stale
  $ dvx repro -n -s 'fit@*-2'
  0 of 2 stages stale
  $ dvx dag fit@cnn-1
  ● select@us → out/us.txt
  │ ● select@eu → out/eu.txt
  ├─╯
  ● fit@cnn-1 → fit-cnn-1
  $ dvx repro -n fti
  error: no stage or output 'fti'
  hint: did you mean 'fit'?
  [5]

How a map becomes arguments is a setting, as in DVC.

  $ dvx config parsing.bool boolean_optional && dvx config parsing.list append
  $ dvx stage list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["data"]["stages"][-1]["cmd"])'
  ["echo --lr 0.1 --fast --no-slow --name 'a b' --layers 8 --layers 16 --opt.kind adam > flags"]

A slip is shown where it stands.

  $ cat > dvx.yaml <<'YAML'
  > stages:
  >   fit:
  >     foreach: [a, b]
  >     do:
  >       cmd: |
  >         echo ${item}
  >         echo ${train.lrr}
  > YAML
  $ dvx stage list
  error: dvx.yaml:7:14: stage 'fit@a': no variable 'train.lrr'
  hint: did you mean '${train.lr}'?
  [2]

An expression inside of an expression is refused, and only one that looks like the shell's gets the hint for the shell:

  $ printf 'm: {us: {t: 1}}\n' > params.yaml
  $ printf 'stages:\n  b: {foreach: [us], do: {cmd: "echo ${m.${item}.t}"}}\n' > dvx.yaml && dvx stage list
  error: dvx.yaml:2:38: stage 'b@us': an expression stands inside of an expression, where only names can
  hint: let 'foreach' or 'matrix' run over maps that hold the values: ${item.key}
  [2]
  $ printf 'stages:\n  b: {foreach: [us], do: {cmd: "echo ${X:-${Y}}"}}\n' > dvx.yaml && dvx stage list 2>&1 | tail -1
  hint: for a variable of the shell: \${X:-\${Y}}

A value that stands twice in a list of a matrix counts once, as it does in DVC:

  $ printf 'stages:\n  b: {matrix: {x: [1, 2, 1], y: [a, a]}, cmd: "echo ${item.x} ${item.y}"}\n' > dvx.yaml
  $ dvx stage list
  b@1-a
  b@2-a
