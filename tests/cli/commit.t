  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ mkdir -p data/raw && seq 10 > data/raw/a && seq 20 > data/raw/b && echo x > data/single
  $ dvx add -q data/raw data/single && dvx commit -m "Add data"
  [main ???????] Add data (glob)
   3 files changed, 9 insertions(+)
   create mode 100644 data/.gitignore
   create mode 100644 data/raw.dvx
   create mode 100644 data/single.dvx

Nothing changed:

  $ dvx commit
  tracked data is as recorded
  hint: git commit
  $ dvx commit -m "Again"
  On branch main
  nothing to commit, working tree clean
  [1]

A change is recorded, staged and committed:

  $ seq 11 > data/raw/a && dvx commit
  recorded data/raw/ (2 files, 75 B)
  hint: git commit
  $ git status --short
  M  data/raw.dvx
  $ dvx commit -m "More rows"
  [main ???????] More rows (glob)
   1 file changed, 2 insertions(+), 2 deletions(-)
  $ dvx status
  everything is as recorded

With -a, files that git tracks are committed too, as git does:

  $ echo code > code.py && git add code.py && git commit -qm "Code"
  $ echo more > code.py && echo y > data/single && dvx commit -q -a -m "Both"
  $ git show --name-only --format= HEAD
  code.py
  data/single.dvx

As JSON; what git says goes to stderr:

  $ echo z > data/single && dvx commit --json -m "Single" 2> said
  {"dvx":1,"command":"commit","ok":true,"exit":0,"data":{"changed_outputs":[],"git_status":0,"invalid":[],"partial":[],"recorded":[{"after":"c865f6c5ab8d1b0bcd383a5e1e3879d22681c96bf462c269b7581d523fbe70ab","before":"3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877","files":1,"path":"data/single","size":2}]},"warnings":[],"errors":[]}
  $ grep -c Single said
  1

A hook that refuses stops the commit, with git's status:

  $ printf '#!/bin/sh\necho no >&2\nexit 1\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
  $ echo w > data/single && dvx commit -m "Refused"
  no
  recorded data/single (1 file, 2 B)
  [1]
  $ rm .git/hooks/pre-commit && dvx commit -q -m "Accepted"

Data that is not in the workspace stays recorded:

  $ rm -r data/raw && dvx commit
  tracked data is as recorded
  hint: git commit
  $ dvx ls
  fabc41824694       75 B  data/raw/  (2 files)
  cf945b5236e1        2 B  data/single

A file that cannot be read stops all of it:

  $ dvx checkout -q data/raw && mkfifo data/raw/pipe && echo v > data/single
  $ dvx commit
  nothing was recorded
  error: 'data/raw/pipe' is a fifo, which holds no data to keep
  [3]
  $ git status --short
  ?? said

An output of a stage that no run made is refused:

  $ rm data/raw/pipe && dvx commit -q
  $ cat > dvx.yaml << END
  > stages:
  >   copy:
  >     cmd: cp data/single out
  >     deps: [data/single]
  >     outs: [out]
  > END
  $ dvx repro -q && git add -A && dvx commit -q -m "Pipeline"
  $ echo edited > out && dvx commit -m "Edited"
  out: an output of a stage that is not what dvx.lock records
  nothing was recorded
  hint: dvx repro
  [1]
  $ dvx repro -q && dvx commit -m "Edited"
  warning: stage 'copy' writes to 'out', of which the store did not have what was there; to get that back: dvx restore --source file:68f01b289aedcf28e96fce1f9444365e83b9bfc7e1bf32df20f1f15966835316 out.kept
  On branch main
  nothing to commit, working tree clean
  [1]
