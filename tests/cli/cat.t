  $ git init -q repo && cd repo && dvx init -q
  $ mkdir data && printf 'a\0b\n' > data/bytes && seq 3 > data/rows && echo one > single
  $ dvx add -q data single && git commit -qm "One"
  $ echo two > single && dvx commit -q -m "Two"
  $ dvx cat single
  two
  $ dvx cat HEAD~1:single
  one
  $ dvx cat HEAD:data/bytes | od -c
  0000000   a  \0   b  \n
  0000004
  $ (cd data && dvx cat rows)
  1
  2
  3
  $ (cd data && dvx cat HEAD:./rows)
  1
  2
  3
  $ dvx cat HEAD~1:single --json
  {"dvx":1,"command":"cat","ok":true,"exit":0,"data":{"id":"2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806","path":"single","revision":"HEAD~1","size":4,"text":"one\n"},"warnings":[],"errors":[]}

What was edited is not what is recorded:

  $ echo three > single && dvx cat single
  two

What cannot be printed:

  $ dvx cat data
  error: 'data' is a directory
  hint: dvx ls data
  [2]
  $ dvx cat nothing
  error: 'nothing' is not tracked by dvx
  hint: dvx ls -R
  [5]
  $ dvx cat HEAD:nothing
  error: 'nothing' is not tracked by dvx at 'HEAD'
  hint: dvx ls -R HEAD:
  [5]
  $ echo text > readme && git add readme && git commit -qm "Readme" && dvx cat HEAD:readme
  error: 'readme' is not tracked by dvx at 'HEAD'
  hint: git show HEAD:readme
  [5]
  $ rm -rf .dvx/store && dvx cat single
  error: the bytes of 'single' (27dd8ed44a83) are not in the store
  hint: dvx fetch single
  [5]
