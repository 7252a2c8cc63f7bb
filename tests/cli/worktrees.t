Work trees of one git repository share one store:

  $ git init -q main && cd main && dvx init -q
  $ mkdir data && echo one > data/a && dvx add -q data && git commit -qm v1
  $ git worktree add -q ../side -b side && cd ../side
  $ dvx status
  data that is not as recorded:
    missing   data
  hint: dvx checkout
  $ dvx checkout && cat data/a
  1 file created
  one
  $ ls .dvx
  config
  index.db
  lock
  stages.lock
  tmp
  $ echo two > data/a && dvx add -q data && git commit -qm v2
  $ cd ../main && git merge -q side && dvx checkout && cat data/a
  1 file replaced
  two

Also those of a bare one:

  $ cd .. && git clone -q --bare main bare.git && cd bare.git && git worktree add -q ../third main && cd ../third
  $ mkdir -p more && echo m > more/m && dvx add -q more && ls ../bare.git/dvx
  store

A submodule is a repository of its own:

  $ cd .. && git init -q super && cd super && git submodule --quiet add ../main sub && dvx init -q
  $ cd sub && dvx status
  data that is not as recorded:
    missing   data  (and not in the store)
  hint: dvx pull
  $ mkdir own && echo 1 > own/1 && dvx add own && ls .dvx/store > /dev/null
  added own  1 file, 2 B  e76216bdd984
  $ cd .. && dvx status
  everything is as recorded
  $ mkdir top && echo t > top/t && dvx add top && git status --porcelain
  added top  1 file, 2 B  3bca4be9c6e7
  A  .dvx/.gitignore
  A  .dvx/config
  A  .gitignore
  A  .gitmodules
  AM sub
  A  top.dvx
