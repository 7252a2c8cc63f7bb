  $ git init -q && dvx init -q
  $ mkdir -p data/raw/sub && echo one > data/raw/a && echo two > data/raw/sub/b && printf '#!/bin/sh\n' > data/raw/run && chmod +x data/raw/run
  $ echo single > single.txt
  $ dvx add -q data/raw single.txt && git commit -qm v1 && git tag v1
  $ echo ONE > data/raw/a && rm data/raw/sub/b && echo three > data/raw/c
  $ dvx add -q data/raw && git commit -qm v2

Nothing to do:

  $ dvx checkout
  nothing to change

Data that was deleted comes back, executable bit and all:

  $ rm -r data/raw single.txt
  $ dvx checkout
  4 files created
  $ find data/raw -type f | sort
  data/raw/a
  data/raw/c
  data/raw/run
  $ data/raw/run && cat data/raw/a single.txt
  ONE
  single

Data follows git:

  $ git checkout -q v1 && dvx checkout
  1 file created, 1 file replaced, 1 file removed
  $ cat data/raw/a data/raw/sub/b
  one
  two
  $ ls data/raw
  a
  run
  sub
  $ git checkout -q main && dvx checkout -q && ls data/raw
  a
  c
  run
  sub

Or a revision without git moving; one file of a directory:

  $ dvx checkout v1 data/raw && cat data/raw/a
  1 file created, 1 file replaced, 1 file removed
  one
  $ dvx checkout data/raw/a && cat data/raw/a
  1 file replaced
  ONE
  $ dvx checkout
  1 file created, 1 file removed
  $ dvx status
  everything is as recorded

What is nowhere else is not overwritten:

  $ echo precious > data/raw/a && echo mine > data/raw/new
  $ dvx checkout
  would be lost: data/raw/a
  would be lost: data/raw/new
  error: 2 files would be lost, so nothing was changed
  hint: dvx commit (to keep them) or dvx checkout --force
  [1]
  $ cat data/raw/a
  precious
  $ dvx checkout --json
  {"dvx":1,"command":"checkout","ok":false,"exit":1,"data":{"created":0,"missing":[],"removed":0,"replaced":0,"unchanged":0,"would_lose":["data/raw/a","data/raw/new"]},"warnings":[],"errors":[{"code":"blocked","message":"2 files would be lost, so nothing was changed","hint":"dvx commit (to keep them) or dvx checkout --force","path":""}]}
  [1]
  $ dvx checkout --force && ls data/raw && cat data/raw/a
  1 file replaced, 1 file removed
  a
  c
  run
  sub
  ONE

Paths that are not tracked, or not there:

  $ dvx checkout nothing
  error: 'nothing' is not tracked by dvx
  hint: dvx ls
  [5]
  $ dvx checkout data/raw/nothing
  error: 'data/raw/nothing' is not tracked by dvx
  hint: dvx ls
  [5]
  $ dvx checkout ../x
  error: '../x' lies outside of the repository '*' (glob)
  [2]

Objects that are nowhere:

  $ rm -r data/raw single.txt && mv .dvx/store .dvx/gone
  $ dvx checkout
  nothing to change
  error: objects of 'data/raw' (cdd2c0d5548b) are not in the store
  hint: dvx pull data/raw
  error: objects of 'single.txt' (f9ea4b8413f7) are not in the store
  hint: dvx pull single.txt
  [5]
  $ rm -r .dvx/store && mv .dvx/gone .dvx/store && dvx checkout -q && dvx status
  everything is as recorded

A checkout that was cut short is said to be, and what is there is taken for no change:

  $ mkdir big && echo small > big/a && mkdir big/sub && seq 400000 > big/sub/numbers
  $ dvx add -q big && git commit -qm big && rm -r big
  $ (ulimit -f 1024; dvx -j1 checkout big)
  error: cannot write '*': File too large (glob)
  [74]
  $ find big -type f
  big/a
  $ dvx status big
  data that is not as recorded:
    partial   big  (its checkout was cut short)  (1 deleted)
      deleted   big/sub/numbers
  hint: dvx checkout
  $ dvx commit -m all
  On branch main
  nothing to commit, working tree clean
  warning: 'big' stays recorded as it was: its checkout was cut short
  hint: dvx checkout big   (or dvx add big, to record what is there)
  [1]
  $ printf 'stages:\n  s: {cmd: ls big > list, deps: [big], outs: [list]}\n' > dvx.yaml; dvx repro
  error: dependency 'big' of stage 's' is there in part: its checkout was cut short
  hint: dvx checkout big
  [1]
  $ dvx mv big large
  error: 'big' is there in part: its checkout was cut short
  hint: dvx checkout big
  [1]
  $ dvx checkout big && dvx status -q big && dvx repro -q && cat list
  1 file created
  a
  sub

Or it is meant as it is:

  $ rm -r big; (ulimit -f 1024; dvx -q -j1 checkout big 2> /dev/null); dvx add big && dvx status -q big; ls .dvx/checkout
  * (glob)
  ls: cannot access '.dvx/checkout': No such file or directory
  [2]

Of several directories only those count that are not whole:

  $ rm -r big dvx.yaml dvx.lock; seq 400000 > numbers && mkdir -p big/sub also && mv numbers big/sub/ && echo 1 > also/a && dvx add -q big also && git commit -qm again
  $ rm -r big also; (ulimit -f 1024; dvx -q -j1 checkout 2> /dev/null); echo 2 >> also/a; dvx status
  data that is not as recorded:
    modified  also  (1 modified)
      modified  also/a
    partial   big  (its checkout was cut short)  (1 deleted)
      deleted   big/sub/numbers
  hint: dvx checkout
  $ echo 'stages: {s: {cmd: cat also/a > list, deps: [also], outs: [list]}}' > dvx.yaml; dvx repro -q && cat list
  1
  2

Nor those that are tracked no more:

  $ git rm -q --cached big.dvx && rm -r big big.dvx && mkdir big && echo code > big/main && sed -i 's/also/big/g; s/a > /main > /' dvx.yaml
  $ dvx repro -q && cat list && dvx checkout -q --force && ls .dvx/checkout
  code
  ls: cannot access '.dvx/checkout': No such file or directory
  [2]
