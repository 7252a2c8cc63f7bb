  $ git init -q repo && cd repo && dvx init -q
  $ dvx ls
  $ mkdir -p data/raw/sub && seq 10 > data/raw/a && seq 20 > data/raw/sub/b && ln -s a data/raw/link && mkdir data/raw/empty
  $ printf '#!/bin/sh\n' > data/raw/run && chmod +x data/raw/run && echo x > single
  $ dvx add -q data/raw single && git commit -qm "Data"
  $ dvx ls
  $ dvx ls -R
  $ dvx ls data/raw
  $ dvx ls data
  $ dvx ls data/raw/sub/b
  $ (cd data/raw && dvx ls sub)

Of a revision, though the data is elsewhere now:

  $ seq 30 > data/raw/a && dvx commit -q -m "More" && rm -r data
  $ dvx ls HEAD~1:data/raw
  $ dvx ls HEAD:data/raw
  $ dvx ls HEAD~1:
  $ (mkdir -p data && cd data && dvx ls HEAD~1:./raw/sub)
  $ dvx ls --json single

Outputs that were never made:

  $ cat > dvx.yaml << END
  > stages:
  >   make:
  >     cmd: echo 1 > out
  >     outs: [out]
  > END
  $ dvx ls

What is not there:

  $ dvx ls nothing
  $ dvx ls HEAD:data/raw/nothing
  $ dvx ls nope:data
