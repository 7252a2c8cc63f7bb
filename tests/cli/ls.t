  $ git init -q repo && cd repo && dvx init -q
  $ dvx ls
  $ mkdir -p data/raw/sub && seq 10 > data/raw/a && seq 20 > data/raw/sub/b && ln -s a data/raw/link && mkdir data/raw/empty
  $ printf '#!/bin/sh\n' > data/raw/run && chmod +x data/raw/run && echo x > single
  $ dvx add -q data/raw single && git commit -qm "Data"
  $ dvx ls
  821f5d27df97       83 B  data/raw/  (4 files)
  73cb3858a687        2 B  single
  $ dvx ls -R
  bf794518e35d       21 B  data/raw/a
  3ee2bbd3a4f0        0 B  data/raw/empty/  (0 files)
  ca978112ca1b        1 B  data/raw/link@
  a8076d3d28d2       10 B  data/raw/run*
  b76ae83c50d6       51 B  data/raw/sub/b
  73cb3858a687        2 B  single
  $ dvx ls data/raw
  bf794518e35d       21 B  data/raw/a
  3ee2bbd3a4f0        0 B  data/raw/empty/  (0 files)
  ca978112ca1b        1 B  data/raw/link@
  a8076d3d28d2       10 B  data/raw/run*
  dfb6149e7843       51 B  data/raw/sub/  (1 file)
  $ dvx ls data
  821f5d27df97       83 B  data/raw/  (4 files)
  $ dvx ls data/raw/sub/b
  b76ae83c50d6       51 B  data/raw/sub/b
  $ (cd data/raw && dvx ls sub)
  b76ae83c50d6       51 B  sub/b

Of a revision, though the data is elsewhere now:

  $ seq 30 > data/raw/a && dvx commit -q -m "More" && rm -r data
  $ dvx ls HEAD~1:data/raw
  bf794518e35d       21 B  data/raw/a
  3ee2bbd3a4f0        0 B  data/raw/empty/  (0 files)
  ca978112ca1b        1 B  data/raw/link@
  a8076d3d28d2       10 B  data/raw/run*
  dfb6149e7843       51 B  data/raw/sub/  (1 file)
  $ dvx ls HEAD:data/raw
  4becb4afc4bb       81 B  data/raw/a
  3ee2bbd3a4f0        0 B  data/raw/empty/  (0 files)
  ca978112ca1b        1 B  data/raw/link@
  a8076d3d28d2       10 B  data/raw/run*
  dfb6149e7843       51 B  data/raw/sub/  (1 file)
  $ dvx ls HEAD~1:
  821f5d27df97       83 B  data/raw/  (4 files)
  73cb3858a687        2 B  single
  $ (mkdir -p data && cd data && dvx ls HEAD~1:./raw/sub)
  b76ae83c50d6       51 B  raw/sub/b
  $ dvx ls --json single
  {"dvx":1,"command":"ls","ok":true,"exit":0,"data":{"entries":[{"files":1,"id":"73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac","kind":"file","path":"single","size":2,"stage":""}],"revision":""},"warnings":[],"errors":[]}

Outputs that were never made:

  $ cat > dvx.yaml << END
  > stages:
  >   make:
  >     cmd: echo 1 > out
  >     outs: [out]
  > END
  $ dvx ls
             -          -  out  (not made yet: stage 'make')
  73cb3858a687        2 B  single

What is not there:

  $ dvx ls nothing
  error: 'nothing' is not tracked by dvx
  hint: dvx ls
  [5]
  $ dvx ls HEAD:data/raw/nothing
  error: 'data/raw/nothing' is not tracked by dvx at 'HEAD'
  hint: dvx ls HEAD:
  [5]
  $ dvx ls nope:data
  error: no commit 'nope'
  hint: git log --oneline --all
  [5]
