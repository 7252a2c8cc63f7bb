  $ git init -q && dvx init -q
  $ mkdir -p data && echo one > data/a && echo two > data/b
  $ dvx add -q data && git commit -qm v1
  $ echo ONE > data/a && dvx add -q data && git commit -qm v2

A file of a tracked directory, from now or from before:

  $ rm data/b && dvx restore data/b && cat data/b
  $ dvx restore --source HEAD~1 data/a && cat data/a
  $ cd data && dvx restore a && cat a && cd ..

It takes paths, and a revision that there is:

  $ dvx restore
  $ dvx restore --source v9 data
  $ dvx restore other

It does not overwrite what is nowhere else:

  $ echo precious > data/a && dvx restore data/a
  $ dvx restore --force data/a && cat data/a
