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
  69feb1a45f2b More rows, Ada, 2026-01-02 03:04 UTC
    modified data/ (1 file, 21 B -> 1 file, 24 B)
  
  69cd6d1811fe Add single, Ada, 2026-01-02 03:04 UTC
    added    single (2 B)
  
  bc5363baacec Add data, Ada, 2026-01-02 03:04 UTC
    added    data/ (1 file, 21 B)
  $ dvx log -n 1
  69feb1a45f2b More rows, Ada, 2026-01-02 03:04 UTC
    modified data/ (1 file, 21 B -> 1 file, 24 B)
  $ dvx log single
  69cd6d1811fe Add single, Ada, 2026-01-02 03:04 UTC
    added    single (2 B)
  $ dvx log -r HEAD~2
  69cd6d1811fe Add single, Ada, 2026-01-02 03:04 UTC
    added    single (2 B)
  
  bc5363baacec Add data, Ada, 2026-01-02 03:04 UTC
    added    data/ (1 file, 21 B)
  $ dvx log --json -n 1
  {"dvx":1,"command":"log","ok":true,"exit":0,"data":{"commits":[{"author":"Ada","commit":"69feb1a45f2bbf96f5f15fb3b1ac4f8bec93330a","data":[{"after":{"files":1,"id":"cd2207a1a3ee32ffef1520dd62505550ff3cb7c2da8f444f795e43e78a0487bb","kind":"tree","size":24},"before":{"files":1,"id":"148a15db4f296b8f196ad43f2261dcb7b8bd5281a7485f4f38e053988d2b4589","kind":"tree","size":21},"change":"modified","path":"data","stage":""}],"email":"ada@example.org","metrics":[],"params":[],"summary":"More rows","time":1767323045,"unreadable":""}]},"warnings":[],"errors":[]}

A commit whose files do not parse does not hide the others:

  $ echo nonsense > bad.dvx && git add bad.dvx && git commit -qm "Bad" && git rm -q bad.dvx && git commit -qm "Good again"
  $ dvx log -n 3
  9451b47a94a5 Good again, Ada, 2026-01-02 03:04 UTC
    bad.dvx:1:1: a pointer file must be a map
  
  528e705c1248 Bad, Ada, 2026-01-02 03:04 UTC
    bad.dvx:1:1: a pointer file must be a map
  
  69feb1a45f2b More rows, Ada, 2026-01-02 03:04 UTC
    modified data/ (1 file, 21 B -> 1 file, 24 B)
