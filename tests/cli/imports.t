Code that a stage uses and does not name belongs to its key: the script and the local modules it imports.

  $ git init -q && dvx init >/dev/null 2>&1
  $ mkdir -p src/lib
  $ cat > src/train.py <<END
  > import json
  > from lib import features as f
  > def late():
  >     import helper
  > open('model', 'w').write(f.NAME)
  > END
  $ touch src/lib/__init__.py
  $ echo "NAME = 'one'" > src/lib/features.py
  $ echo "X = 1" > src/helper.py
  $ echo "Y = 1" > src/unused.py
  $ cat > dvx.yaml <<END
  > stages:
  >   train:
  >     cmd: python3 src/train.py --fast
  >     deps: [src/train.py]
  >     outs: [model]
  > END
  $ dvx repro -q && cat model && echo
  one
  $ dvx repro -n
  0 of 1 stage stale
  $ sed -n '/imports/,/}/p' dvx.lock
          "imports": {
            "src/helper.py": "file:*", (glob)
            "src/lib/__init__.py": "file:*", (glob)
            "src/lib/features.py": "file:*" (glob)
          },

A file that is not imported does not count, one that is does:

  $ echo "Y = 2" > src/unused.py && dvx repro -n
  0 of 1 stage stale
  $ echo "NAME = 'two'" > src/lib/features.py && dvx why train
  train would run:
    import src/lib/features.py: changed
  $ dvx why train --json | python3 -c 'import json, sys; r = json.load(sys.stdin)["data"]["stages"][0]["reasons"][0]; print(r["kind"], r["what"], sorted(r))'
  import src/lib/features.py ['kind', 'new', 'old', 'what']
  $ echo "import unused; X = 2" > src/helper.py && dvx why train
  train would run:
    import src/helper.py: changed
    import src/lib/features.py: changed
    import src/unused.py: is new
  $ dvx repro -q && cat model && echo
  two
  $ git add -A && git commit -qm two && dvx lineage model | grep -c 'src/lib/features.py'
  1

What was there before is restored, for the key is the same:

  $ echo "NAME = 'one'" > src/lib/features.py && echo "X = 1" > src/helper.py && dvx repro
  train: restored from run [0-9a-f]{12} (re)
  1 restored in * (glob)
  $ git checkout -q HEAD -- . && dvx checkout -q

A clean copy is given the code too; what git does not have is told:

  $ dvx verify --rebuild 2>&1 | tail -1
  \xe2\x9c\x93 verified: 1 stage, 1 run record, 1 object (3 B) (esc)
  $ git rm -q --cached src/helper.py && git commit -qm 'without helper' && dvx verify --rebuild 2>&1 | grep helper
  warning: 'src/helper.py' is in neither git nor dvx: a clone cannot rebuild from it
  $ git add -A && git commit -qm 'with helper'

Switched off:

  $ sed -i 's/    outs:/    imports: false\n    outs:/' dvx.yaml && dvx repro -n
  would run      train: import src/helper.py: is gone, and * more (glob)
  1 of 1 stage stale
  $ dvx repro -q && grep -c imports dvx.lock
  0
  [1]
  $ echo "NAME = 'three'" > src/lib/features.py && dvx repro -n
  0 of 1 stage stale
  $ git checkout -q src && sed -i 's/imports: false/imports: maybe/' dvx.yaml && dvx repro -n
  error: dvx.yaml:5:14: stage 'train': 'imports' must be true or false, not a string
  [2]

Modules with -m and PYTHONPATH, behind `cd`, quotes and other commands; a dependency is not counted twice:

  $ cat > dvx.yaml <<END
  > stages:
  >   by-module: {cmd: PYTHONPATH=src python3 -m lib.features && echo > a, outs: [a]}
  >   by-env: {cmd: "true; python3 -c 'import lib.features' > b", outs: [b], env: {PYTHONPATH: src}}
  >   by-cd: {cmd: cd src && python3 "train.py" && mv model ../c, outs: [c]}
  >   named: {cmd: python3 src/train.py && mv model d, deps: [src], outs: [d]}
  > END
  $ dvx repro -q -j1
  $ echo "NAME = 'four'" > src/lib/features.py && dvx repro -n
  would run      by-module: import src/lib/features.py: changed
  would run      by-env: import src/lib/features.py: changed
  would run      by-cd: import src/lib/features.py: changed
  would run      named: dependency src: * (glob)
  4 of 4 stages stale
  $ git checkout -q src

A module that a stage makes makes that stage run first:

  $ cat > use.py <<END
  > import made
  > print(made.N)
  > END
  $ cat > dvx.yaml <<END
  > stages:
  >   use: {cmd: python3 use.py > n, outs: [n]}
  >   make: {cmd: "echo N = 1 > made.py", outs: [made.py]}
  > END
  $ dvx repro
  make: running: it has never run
  make: ran in * (glob)
  use: running: it has never run
  use: ran in * (glob)
  2 ran in * (glob)
  $ dvx repro -n
  0 of 2 stages stale
  $ sed -i 's/N = 1/N = 2/' dvx.yaml && dvx repro -n
  would run      make: command: echo N = 1 > made.py \xe2\x86\x92 echo N = 2 > made.py (esc)
  would run      use: stage make before it will run
  2 of 2 stages stale
  $ dvx repro -q && cat n
  2
  $ rm made.py n && dvx repro -n
  would restore  make: output made.py is missing
  would run      use: output n is missing, and 1 more
  2 of 2 stages stale
  $ dvx repro -q && dvx repro -n
  0 of 2 stages stale

A file that Python cannot read is no failure of dvx:

  $ printf 'import lib.features\nx = "not closed\nimport helper\n' > src/bad.py
  $ cat > dvx.yaml <<END
  > stages:
  >   bad: {cmd: python3 src/bad.py || echo > e, outs: [e]}
  > END
  $ dvx repro -q && dvx repro -n
  0 of 1 stage stale

What is imported must not change while the stage runs, unless the stage names it as its own:

  $ cat > dvx.yaml <<END
  > stages:
  >   own: {cmd: "echo 'print(1)' > gen.py; python3 gen.py > g", outs: [g]}
  > END
  $ echo > gen.py && dvx repro -q
  error: stage 'own' failed: 'gen.py', which it imports, changed while it ran
  hint: dvx repro own; name it under 'outs' if the stage itself writes it
  [1]
  $ sed -i 's/\[g\]/[g, gen.py]/' dvx.yaml && dvx repro -q && dvx repro -n
  warning: stage 'own' writes to 'gen.py', of which the store did not have what was there; to get that back: dvx restore --source file:cc42155088fca5730758db72b2a5bca33112a941dfaa2d43098ec422ce4ea213 gen.py.kept
  0 of 1 stage stale
