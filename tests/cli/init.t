Without git there is nothing to stand beside:

  $ mkdir plain && cd plain
  $ dvx init

In a git work tree, from any directory of it:

  $ git init -q && mkdir -p deep/er && cd deep/er
  $ dvx init
  $ cd ../..
  $ git status --porcelain
  $ cat .dvx/.gitignore

Done again, nothing changes; what was lost is mended:

  $ dvx init
  $ git rm -q --cached .dvx/.gitignore && rm .dvx/.gitignore
  $ dvx init
  $ dvx --json init | sed -E 's/"(project|root)":"[^"]*"/"\1":"X"/g'
  $ git -C . ls-files
