  $ git init -q repo && cd repo && dvx init -q
  $ mkdir -p data/raw && seq 10 > data/raw/a && echo x > single && dvx add -q data/raw --desc "Raw rows" && dvx add -q single
  $ git commit -qm "Data"
  $ dvx mv data/raw data/old
  $ git status --short
  $ cat data/.gitignore data/old.dvx
  $ ls data data/old
  $ git commit -qm "Move" && dvx status

Into a directory, and from anywhere:

  $ mkdir archive && cd archive && dvx mv ../single . && cd ..
  $ cat .gitignore archive/.gitignore
  $ dvx mv --json archive/single.dvx data/one
  $ git commit -qm "Move" && dvx status

Data that is not here moves by its pointer:

  $ rm data/one && dvx mv data/one two && dvx checkout -q two && cat two
  $ git commit -qm "Move"

Stages that depend on the old path are named:

  $ cat > dvx.yaml << END
  > stages:
  >   count:
  >     cmd: wc -l < two > lines
  >     deps: [two]
  >     outs: [lines]
  > END
  $ dvx mv two three

What is refused, with nothing changed:

  $ git add -A && git commit -qm "Move" && echo here > taken
  $ dvx mv three taken
  $ dvx mv three data/old/inside
  $ dvx mv data/old data/old/deeper
  $ dvx mv data/old/a x
  $ dvx mv three ../outside
  $ dvx mv three .git/x
  $ dvx mv lines x
  $ dvx mv nothing x
  $ git status --short
