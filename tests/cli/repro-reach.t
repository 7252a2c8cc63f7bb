Which stages a target stands for:

  $ git init -q && dvx init -q
  $ cat > dvx.yaml <<END
  > stages:
  >   a: {cmd: cp raw a, deps: [raw], outs: [a]}
  >   b: {cmd: cp a b, deps: [a], outs: [b]}
  >   c: {cmd: cp b c, deps: [b], outs: [c]}
  >   d: {cmd: cp a d, deps: [a], outs: [d]}
  >   apart: {cmd: cp other apart, deps: [other], outs: [apart]}
  > END
  $ echo 1 > raw && echo 1 > other
  $ stages() { dvx repro -n "$@" | sed -n 's/^would run *\([a-z]*\):.*/\1/p' | paste -sd' '; }
  $ stages b
  a b
  $ stages -p b
  a b c d
  $ dvx repro -q >/dev/null 2>&1 && echo 2 > raw && echo 2 > other
  $ dvx repro -q -s a >/dev/null 2>&1
  $ stages --downstream b
  b c
  $ stages -s b
  b
  $ stages
  b c d apart
  $ dvx repro --downstream -p b
  error: --pipeline excludes --downstream
  hint: dvx repro --help
  [2]

A frozen stage is where the way ends: what only it needs is not asked for.

  $ dvx repro -q > /dev/null 2>&1; dvx freeze -q b && echo 3 > raw
  $ stages c
  
  $ stages d
  a d
  $ stages -p c
  
  $ stages --downstream a
  a d
  $ stages
  a d
  $ stages --glob 'd*'
  a d
