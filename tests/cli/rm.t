  $ git init -q repo && cd repo && dvx init -q
  $ mkdir -p data/raw && seq 10 > data/raw/a && echo x > single && echo y > other
  $ dvx add -q data/raw single other && git commit -qm "Data"

The data stays, and git is told:

  $ dvx rm data/raw
  no longer tracked: data/raw
  $ git status --short
  D  data/.gitignore
  D  data/raw.dvx
  ?? data/
  $ ls data/raw
  a
  $ dvx ls
  3bb2abb69ebb        2 B  other
  73cb3858a687        2 B  single

With --data it goes too, but never what is not stored:

  $ echo changed > single && dvx rm --data single other
  error: 'single' has data that is not in the store
  hint: dvx add single
  [1]
  $ ls
  data
  other
  other.dvx
  single
  single.dvx
  $ dvx rm --data --force single
  no longer tracked: single (data removed)
  $ dvx rm --data other.dvx --json
  {"dvx":1,"command":"rm","ok":true,"exit":0,"data":{"removed":[{"data_removed":true,"id":"3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877","path":"other"}]},"warnings":[],"errors":[]}
  $ ls
  data
  $ cat .gitignore
  cat: .gitignore: No such file or directory
  [1]
  $ git commit -qm "Untrack" && dvx cat HEAD~1:other
  y

What cannot be removed:

  $ mkdir dir && echo 1 > dir/file && dvx add -q dir && dvx rm dir/file
  error: 'dir/file' lies in 'dir', which is tracked as a whole: remove it as any file and record that
  hint: rm -r dir/file && dvx add dir
  [1]
  $ dvx rm nothing
  error: 'nothing' is not tracked by dvx
  hint: dvx ls
  [5]
  $ cat > dvx.yaml << END
  > stages:
  >   make:
  >     cmd: echo 1 > out
  >     outs: [out]
  > END
  $ dvx rm out
  error: 'out' is an output of stage 'make': remove it in dvx.yaml
  hint: dvx stage list
  [1]
