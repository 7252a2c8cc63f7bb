Data below a directory that git ignores is tracked all the same: its pointer file is put into git by force.

  $ git init -q && dvx init -q && git commit -qm start && dvx remote add -q -d r ../remote && git add -A
  $ echo 'data/' > .gitignore && git add .gitignore && git commit -qm rules
  $ mkdir -p data/deep && echo one > data/f.csv && echo two > data/deep/g.csv
  $ dvx add data/f.csv data/deep/g.csv
  added data/f.csv  4 B  2c8b08da5ce6
  added data/deep/g.csv  4 B  27dd8ed44a83
  $ git status --porcelain
  A  data/deep/g.csv.dvx
  A  data/f.csv.dvx
  $ dvx commit -qm "Two files" && dvx push
  2 objects sent to 'r' (8 B)
  $ echo changed > data/f.csv && dvx status
  data that is not as recorded:
    modified  data/f.csv
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ dvx ls
  27dd8ed44a83        4 B  data/deep/g.csv
  2c8b08da5ce6        4 B  data/f.csv
  $ dvx checkout --force data/f.csv && cat data/f.csv
  1 file replaced
  one
  $ git clone -q . ../clone && cd ../clone && dvx pull && cat data/f.csv data/deep/g.csv; cd "$OLDPWD"
  2 objects received from 'r' (8 B)
  2 files created
  one
  two

So it is with rules in .dvxignore, and with rules that come later:

  $ printf 'other/\n' > .dvxignore && mkdir other && echo three > other/h.csv
  $ dvx add other/h.csv && echo 'late/' >> .dvxignore
  added other/h.csv  6 B  f69369121844
  $ mkdir late && echo four > late/i.csv && dvx add -q late/i.csv
  $ dvx commit -qm "More" && echo changed > other/h.csv && rm late/i.csv && dvx status
  data that is not as recorded:
    missing   late/i.csv
    modified  other/h.csv
  hint: dvx checkout
  $ dvx checkout -q --force && cat other/h.csv late/i.csv
  three
  four

A pipeline in an ignored directory counts when git tracks it. Until then it is told:

  $ printf 'stages:\n  here:\n    cmd: echo here\n' > dvx.yaml && git add dvx.yaml
  $ printf 'stages:\n  there:\n    cmd: echo there\n' > data/dvx.yaml
  $ dvx repro 2>&1 | grep 'data:there\|warning'
  warning: 'data/dvx.yaml' is no part of the project: it lies where git or a .dvxignore ignores it; git add -f data/dvx.yaml   (or take the rule out of the .dvxignore that hides it)
  $ git add -f data/dvx.yaml && dvx repro 2>&1 | grep 'data:there: running'
  data:there: running: it is always run (always_changed)
  $ printf 'stages:\n  hidden:\n    cmd: echo hidden\n' > other/dvx.yaml && git add other/dvx.yaml
  $ dvx status
  warning: 'other/dvx.yaml' is no part of the project: it lies where git or a .dvxignore ignores it; git add -f other/dvx.yaml   (or take the rule out of the .dvxignore that hides it)
  stages that are stale:
    stale     here
      it is always run (always_changed)
    stale     data:there
      it is always run (always_changed)
  hint: dvx repro
  $ git rm -q --cached other/dvx.yaml && rm other/dvx.yaml

What lies deeper in ignored directories is somebody else's:

  $ printf 'node_modules/\n' >> .gitignore && mkdir -p node_modules/tool
  $ printf 'stages: [this, is, not, ours]\n' > node_modules/tool/dvx.yaml && echo x > node_modules/tool/x.dvx
  $ dvx status
  stages that are stale:
    stale     here
      it is always run (always_changed)
    stale     data:there
      it is always run (always_changed)
  hint: dvx repro
  $ dvx gc >/dev/null

"stage add" makes what it writes visible, or refuses:

  $ mkdir data/more && cd data/more && dvx stage add -n more --file dvx.yaml 'echo more' && cd ../..
  added stage 'data/more:more' to dvx.yaml
  hint: git add dvx.yaml && dvx repro data/more:more
  $ git status --porcelain data/more
  A  data/more/dvx.yaml
  $ dvx stage list
  here
  data:there
  data/more:more
  $ cd other && dvx stage add -n more --file dvx.yaml 'echo more'; cd ..
  error: a .dvxignore hides 'dvx.yaml': its stages would never run
  hint: dvx stage add --file dvx.yaml ...   (or take the rule out of the .dvxignore)
  $ ls other
  h.csv
  h.csv.dvx

Only git's own rules count for a pointer that git does not track. gc keeps what it names even then:

  $ git rm -q --cached data/f.csv.dvx && git commit -qm "Untracked" && dvx ls data
  27dd8ed44a83        4 B  data/deep/g.csv
  $ dvx gc --explain $(sha256sum < data/f.csv | cut -d' ' -f1) | tail -1
    refs/heads/main, commit * data/f.csv.dvx (glob)

Rules that are there already are not written again:

  $ cat .gitignore && ls -A data
  data/
  node_modules/
  deep
  dvx.yaml
  f.csv
  f.csv.dvx
  more
  $ mkdir plain images && echo 1 > images/1 && printf '\357\273\277/images/\r\n' > plain/.gitignore
  $ mv images plain && dvx add plain/images && cat plain/.gitignore | od -An -c | head -2
  added plain/images  1 file, 2 B  e76216bdd984
   357 273 277   /   i   m   a   g   e   s   /  \r  \n

A .dvcignore is told:

  $ mv .dvxignore .dvcignore && echo new > new && dvx add new
  warning: dvx does not read '.dvcignore', but '.dvxignore'; git mv .dvcignore .dvxignore
  added new  4 B  7aa7a5359173

As is a git repository within data:

  $ mkdir -p nested/inside && git init -q nested/inside && echo 1 > nested/inside/file && dvx add nested
  warning: dvx does not read '.dvcignore', but '.dvxignore'; git mv .dvcignore .dvxignore
  warning: 'nested/inside/.git' is not kept: 'nested/inside' is a git repository of its own, and dvx keeps its files without git's
  added nested  1 file, 2 B  5d74a6f737fe
  $ dvx ls -R nested
  4355a46b19d3        2 B  nested/inside/file
