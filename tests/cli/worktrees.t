Work trees of one git repository share one store:

  $ git init -q main && cd main && dvx init -q
  $ mkdir data && echo one > data/a && dvx add -q data && git commit -qm v1
  $ git worktree add -q ../side -b side && cd ../side
  $ dvx status
  $ dvx checkout && cat data/a
  $ ls .dvx
  $ echo two > data/a && dvx add -q data && git commit -qm v2
  $ cd ../main && git merge -q side && dvx checkout && cat data/a

Also those of a bare one:

  $ cd .. && git clone -q --bare main bare.git && cd bare.git && git worktree add -q ../third main && cd ../third
  $ mkdir -p more && echo m > more/m && dvx add -q more && ls ../bare.git/dvx

A submodule is a repository of its own:

  $ cd .. && git init -q super && cd super && git submodule --quiet add ../main sub && dvx init -q
  $ cd sub && dvx status
  $ mkdir own && echo 1 > own/1 && dvx add own && ls .dvx/store > /dev/null
  $ cd .. && dvx status
  $ mkdir top && echo t > top/t && dvx add top && git status --porcelain
