  $ git init -q repo && cd repo && dvx init -q
  $ mkdir -p data/raw && seq 10 > data/raw/a && echo x > single && dvx add -q data/raw --desc "Raw rows" && dvx add -q single
  $ git commit -qm "Data"
  $ dvx mv data/raw data/old
  data/raw -> data/old
  $ git status --short
  M  data/.gitignore
  R  data/raw.dvx -> data/old.dvx
  $ cat data/.gitignore data/old.dvx
  /old
  path: old
  tree: sha256:148a15db4f296b8f196ad43f2261dcb7b8bd5281a7485f4f38e053988d2b4589
  size: 21
  files: 1
  desc: "Raw rows"
  $ ls data data/old
  data:
  old
  old.dvx
  
  data/old:
  a
  $ git commit -qm "Move" && dvx status
  everything is as recorded

Into a directory, and from anywhere:

  $ mkdir archive && cd archive && dvx mv ../single . && cd ..
  ../single -> single
  $ cat .gitignore archive/.gitignore
  cat: .gitignore: No such file or directory
  /single
  [1]
  $ dvx mv --json archive/single.dvx data/one
  {"dvx":1,"command":"mv","ok":true,"exit":0,"data":{"data_moved":true,"from":"archive/single","stages":[],"to":"data/one"},"warnings":[],"errors":[]}
  $ git commit -qm "Move" && dvx status
  everything is as recorded

Data that is not here moves by its pointer:

  $ rm data/one && dvx mv data/one two && dvx checkout -q two && cat two
  data/one -> two (the data is not in the workspace)
  x
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
  two -> three
  warning: stage 'count' in dvx.yaml still depends on 'two'

What is refused, with nothing changed:

  $ git add -A && git commit -qm "Move" && echo here > taken
  $ dvx mv three taken
  error: 'taken' exists
  hint: mv taken taken.old
  [1]
  $ dvx mv three data/old/inside
  error: 'data/old/inside' overlaps 'data/old', which is tracked
  hint: dvx ls
  [1]
  $ dvx mv data/old data/old/deeper
  error: cannot move 'data/old' into itself
  [2]
  $ dvx mv data/old/a x
  error: 'data/old/a' lies in 'data/old', which is tracked as a whole: move it as any file and record that
  hint: dvx add data/old
  [1]
  $ dvx mv three ../outside
  error: '../outside' lies outside of the repository '*' (glob)
  [2]
  $ dvx mv three .git/x
  error: '.git/x' is no place for data
  [2]
  $ dvx mv lines x
  error: 'lines' is an output of stage 'count': move it in dvx.yaml
  hint: dvx stage list
  [1]
  $ dvx mv nothing x
  error: 'nothing' is not tracked by dvx
  hint: dvx ls
  [5]
  $ git status --short
  ?? taken
