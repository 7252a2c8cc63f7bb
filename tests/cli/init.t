Without git there is nothing to stand beside:

  $ mkdir plain && cd plain
  $ dvx init 2>&1 | sed "s|/.*/plain|ROOT|"
  error: 'ROOT' is not in a git work tree
  hint: git init && dvx init
  $ dvx -q init 2> /dev/null
  [10]

In a git work tree, from any directory of it:

  $ git init -q && mkdir -p deep/er && cd deep/er
  $ dvx init 2>&1 | sed "s|/.*/plain|ROOT|"
  made a dvx repository in ROOT
  staged .dvx/.gitignore
  staged .dvx/config
  hint: dvx add DATA
  $ cd ../..
  $ git status --porcelain
  A  .dvx/.gitignore
  A  .dvx/config
  $ cat .dvx/.gitignore
  # Written by dvx. Settings are shared through git; objects, caches and locks are not.
  *
  !/.gitignore
  !/config

Done again, nothing changes; what was lost is mended:

  $ dvx init 2>&1 | sed "s|/.*/plain|ROOT|"
  already a dvx repository: ROOT
  $ git rm -q --cached .dvx/.gitignore && rm .dvx/.gitignore
  $ dvx init 2>&1 | sed "s|/.*/plain|ROOT|"
  mended the dvx repository in ROOT
  staged .dvx/.gitignore
  hint: dvx add DATA
  $ dvx --json init | sed -E 's/"(project|root)":"[^"]*"/"\1":"X"/g'
  {"dvx":1,"command":"init","ok":true,"exit":0,"data":{"existed":true,"project":"X","root":"X","written":[]},"warnings":[],"errors":[]}
  $ git ls-files
  .dvx/.gitignore
  .dvx/config
