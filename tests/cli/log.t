  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ dvx log
  $ mkdir data && seq 10 > data/a && echo x > single
  $ dvx add -q data && git commit -qm "Add data"
  $ dvx add -q single && git commit -qm "Add single"
  $ echo code > code.py && git add code.py && git commit -qm "Code alone"
  $ seq 11 > data/a && dvx commit -q -m "More rows" > /dev/null
  $ git checkout -q -b side HEAD~1 && echo side > readme && git add readme && git commit -qm "Side"
  $ git checkout -q main && git merge -q --no-ff -m "Merge" side
  $ dvx log
  $ dvx log -n 1
  $ dvx log single
  $ dvx log -r HEAD~2
  $ dvx log --json -n 1

A commit whose files do not parse does not hide the others:

  $ echo nonsense > bad.dvx && git add bad.dvx && git commit -qm "Bad" && git rm -q bad.dvx && git commit -qm "Good again"
  $ dvx log -n 3
