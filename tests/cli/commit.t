  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ mkdir -p data/raw && seq 10 > data/raw/a && seq 20 > data/raw/b && echo x > data/single
  $ dvx add -q data/raw data/single && dvx commit -m "Add data"

Nothing changed:

  $ dvx commit
  $ dvx commit -m "Again"

A change is recorded, staged and committed:

  $ seq 11 > data/raw/a && dvx commit
  $ git status --short
  $ dvx commit -m "More rows"
  $ dvx status

With -a, files that git tracks are committed too, as git does:

  $ echo code > code.py && git add code.py && git commit -qm "Code"
  $ echo more > code.py && echo y > data/single && dvx commit -q -a -m "Both"
  $ git show --name-only --format= HEAD

As JSON; what git says goes to stderr:

  $ echo z > data/single && dvx commit --json -m "Single" 2> said
  $ grep -c Single said

A hook that refuses stops the commit, with git's status:

  $ printf '#!/bin/sh\necho no >&2\nexit 1\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
  $ echo w > data/single && dvx commit -m "Refused"
  $ rm .git/hooks/pre-commit && dvx commit -q -m "Accepted"

Data that is not in the workspace stays recorded:

  $ rm -r data/raw && dvx commit
  $ dvx ls

A file that cannot be read stops all of it:

  $ dvx checkout -q data/raw && mkfifo data/raw/pipe && echo v > data/single
  $ dvx commit
  $ git status --short

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
  $ dvx repro -q && dvx commit -m "Edited"
