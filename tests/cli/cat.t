  $ git init -q repo && cd repo && dvx init -q
  $ mkdir data && printf 'a\0b\n' > data/bytes && seq 3 > data/rows && echo one > single
  $ dvx add -q data single && git commit -qm "One"
  $ echo two > single && dvx commit -q -m "Two"
  $ dvx cat single
  $ dvx cat HEAD~1:single
  $ dvx cat HEAD:data/bytes | od -c
  $ (cd data && dvx cat rows)
  $ (cd data && dvx cat HEAD:./rows)
  $ dvx cat HEAD~1:single --json

What was edited is not what is recorded:

  $ echo three > single && dvx cat single

What cannot be printed:

  $ dvx cat data
  $ dvx cat nothing
  $ dvx cat HEAD:nothing
  $ echo text > readme && git add readme && git commit -qm "Readme" && dvx cat HEAD:readme
  $ rm -rf .dvx/store && dvx cat single
