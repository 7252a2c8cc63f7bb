  $ git init -q repo && cd repo && dvx init -q
  $ mkdir -p data/raw && seq 10 > data/raw/a && echo x > single && echo y > other
  $ dvx add -q data/raw single other && git commit -qm "Data"

The data stays, and git is told:

  $ dvx rm data/raw
  $ git status --short
  $ ls data/raw
  $ dvx ls

With --data it goes too, but never what is not stored:

  $ echo changed > single && dvx rm --data single other
  $ ls
  $ dvx rm --data --force single
  $ dvx rm --data other.dvx --json
  $ ls
  $ cat .gitignore
  $ git commit -qm "Untrack" && dvx cat HEAD~1:other

What cannot be removed:

  $ mkdir dir && echo 1 > dir/file && dvx add -q dir && dvx rm dir/file
  $ dvx rm nothing
  $ cat > dvx.yaml << END
  > stages:
  >   make:
  >     cmd: echo 1 > out
  >     outs: [out]
  > END
  $ dvx rm out
