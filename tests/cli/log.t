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
  ???????????? More rows, Ada, 2026-01-02 03:04 UTC (glob)
    modified data/ (1 file, 21 B -> 1 file, 24 B)
  
  ???????????? Add single, Ada, 2026-01-02 03:04 UTC (glob)
    added    single (2 B)
  
  ???????????? Add data, Ada, 2026-01-02 03:04 UTC (glob)
    added    data/ (1 file, 21 B)
  $ dvx log -n 1
  ???????????? More rows, Ada, 2026-01-02 03:04 UTC (glob)
    modified data/ (1 file, 21 B -> 1 file, 24 B)
  $ dvx log single
  ???????????? Add single, Ada, 2026-01-02 03:04 UTC (glob)
    added    single (2 B)
  $ dvx log -r HEAD~2
  ???????????? Add single, Ada, 2026-01-02 03:04 UTC (glob)
    added    single (2 B)
  
  ???????????? Add data, Ada, 2026-01-02 03:04 UTC (glob)
    added    data/ (1 file, 21 B)
  $ dvx log --json -n 1
  {"dvx":1,"command":"log","ok":true,"exit":0,"data":{"commits":[{"author":"Ada","commit":"*","data":[{"after":{"files":1,"id":"cd2207a1a3ee32ffef1520dd62505550ff3cb7c2da8f444f795e43e78a0487bb","kind":"tree","size":24},"before":{"files":1,"id":"148a15db4f296b8f196ad43f2261dcb7b8bd5281a7485f4f38e053988d2b4589","kind":"tree","size":21},"change":"modified","path":"data","stage":""}],"email":"ada@example.org","metrics":[],"params":[],"summary":"More rows","time":1767323045,"unreadable":"","unreadable_values":[]}]},"warnings":[],"errors":[]} (glob)

A commit whose files do not parse does not hide the others:

  $ echo nonsense > bad.dvx && git add bad.dvx && git commit -qm "Bad" && git rm -q bad.dvx && git commit -qm "Good again"
  $ dvx log -n 3
  ???????????? Good again, Ada, 2026-01-02 03:04 UTC (glob)
    bad.dvx:1:1: a pointer file must be a map
  
  ???????????? Bad, Ada, 2026-01-02 03:04 UTC (glob)
    bad.dvx:1:1: a pointer file must be a map
  
  ???????????? More rows, Ada, 2026-01-02 03:04 UTC (glob)
    modified data/ (1 file, 21 B -> 1 file, 24 B)
