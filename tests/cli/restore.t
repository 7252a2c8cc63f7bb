  $ git init -q && dvx init -q
  $ mkdir -p data && echo one > data/a && echo two > data/b
  $ dvx add -q data && git commit -qm v1
  $ echo ONE > data/a && dvx add -q data && git commit -qm v2

A file of a tracked directory, from now or from before:

  $ rm data/b && dvx restore data/b && cat data/b
  1 file created
  two
  $ dvx restore --source HEAD~1 data/a && cat data/a
  1 file replaced
  one
  $ cd data && dvx restore a && cat a && cd ..
  1 file replaced
  ONE

It takes paths, and a revision that there is:

  $ dvx restore
  error: 'path' is missing
  hint: dvx restore --help
  [2]
  $ dvx restore --source v9 data
  error: no commit 'v9'
  hint: git log --oneline --all
  [5]
  $ dvx restore other
  error: 'other' is not tracked by dvx
  hint: dvx ls
  [5]

It does not overwrite what is nowhere else:

  $ echo precious > data/a && dvx restore data/a
  would be lost: data/a
  error: 1 file would be lost, so nothing was changed
  hint: dvx commit (to keep them) or dvx restore --force PATH
  [1]
  $ dvx restore --force data/a && cat data/a
  1 file replaced
  ONE

Content that has an id can be restored to any path, such as the content that repro stored before it wrote over it:

  $ dvx restore --source file:$(printf 'two\n' | sha256sum | cut -d' ' -f1) again && cat again
  1 file created
  two
  $ tree=$(sed -n 's/.*tree: sha256:/tree:/p' data.dvx) && dvx restore --source $tree copy && cat copy/a copy/b
  2 files created
  ONE
  two
  $ echo mine > again; dvx restore --source $tree again
  would be lost: again
  error: 1 file would be lost, so nothing was changed
  hint: dvx commit (to keep them) or dvx restore --force --source CONTENT PATH
  [1]
  $ dvx restore --source file:$(printf 'other\n' | sha256sum | cut -d' ' -f1) other
  error: the store does not have all of file:* (glob)
  hint: dvx fetch
  [5]
  $ dvx restore --source $tree one two
  error: content comes to one path
  hint: dvx restore --source CONTENT PATH
  [2]
