  $ git init -q && dvx init -q
  $ mkdir -p data/raw/sub && echo one > data/raw/a && echo two > data/raw/sub/b && printf '#!/bin/sh\n' > data/raw/run && chmod +x data/raw/run
  $ echo single > single.txt
  $ dvx add -q data/raw single.txt && git commit -qm v1 && git tag v1
  $ echo ONE > data/raw/a && rm data/raw/sub/b && echo three > data/raw/c
  $ dvx add -q data/raw && git commit -qm v2

Nothing to do:

  $ dvx checkout

Data that was deleted comes back, executable bit and all:

  $ rm -r data/raw single.txt
  $ dvx checkout
  $ find data/raw -type f | sort
  $ data/raw/run && cat data/raw/a single.txt

Data follows git:

  $ git checkout -q v1 && dvx checkout
  $ cat data/raw/a data/raw/sub/b
  $ ls data/raw
  $ git checkout -q main && dvx checkout -q && ls data/raw

Or a revision without git moving; one file of a directory:

  $ dvx checkout v1 data/raw && cat data/raw/a
  $ dvx checkout data/raw/a && cat data/raw/a
  $ dvx checkout
  $ dvx status

What is nowhere else is not overwritten:

  $ echo precious > data/raw/a && echo mine > data/raw/new
  $ dvx checkout
  $ cat data/raw/a
  $ dvx checkout --json
  $ dvx checkout --force && ls data/raw && cat data/raw/a

Paths that are not tracked, or not there:

  $ dvx checkout nothing
  $ dvx checkout data/raw/nothing
  $ dvx checkout ../x

Objects that are nowhere:

  $ rm -r data/raw single.txt && mv .dvx/store .dvx/gone
  $ dvx checkout
  $ rm -r .dvx/store && mv .dvx/gone .dvx/store && dvx checkout -q && dvx status
