Where files of the workspace are the store's own files, writing into one would damage its object:

  $ git init -q repo && cd repo && dvx init -q && dvx config core.link hardlink
  $ mkdir -p data/raw && seq 3 > data/raw/a && seq 5 > data/raw/b && dvx add -q data/raw && git commit -qm "Data"
  $ rm -r data/raw && dvx checkout -q && stat -c '%h %A %n' data/raw/*
  2 -r--r--r-- data/raw/a
  2 -r--r--r-- data/raw/b

`unprotect` makes it a file of its own, which can be changed like any other:

  $ cd data && dvx unprotect raw/a && cd ..
  unprotected: raw/a
  $ stat -c '%h %A %n' data/raw/*
  1 -rw-r--r-- data/raw/a
  2 -r--r--r-- data/raw/b
  $ echo 4 >> data/raw/a && dvx status
  data that is not as recorded:
    modified  data/raw  (1 modified)
      modified  data/raw/a
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ dvx fsck --read-data | head -1
  checked 1 pack, 1 frame and 2 whole files (* read) (glob)

The whole of it, and what is no link stays as it is:

  $ dvx unprotect data/raw --json
  {"dvx":1,"command":"unprotect","ok":true,"exit":0,"data":{"files":["data/raw/b"]},"warnings":[],"errors":[]}
  $ dvx unprotect data/raw
  nothing to do: no links into the store

Symlinks too:

  $ dvx add -q data/raw && dvx config core.link symlink && rm -r data/raw && dvx checkout -q
  $ test -L data/raw/a && dvx unprotect data/raw
  unprotected: data/raw/a
  unprotected: data/raw/b
  $ test -L data/raw/a
  [1]
  $ dvx status
  everything is as recorded

What is not there, and what is not tracked:

  $ dvx unprotect data/gone
  error: 'data/gone' does not exist
  [5]
  $ echo x > mine && dvx unprotect mine
  error: 'mine' is not tracked
  hint: dvx add mine
  [5]

Somebody forced a change into the store's own file. No checkout delivers it, and fsck names it:

  $ dvx config core.link hardlink && rm -r data/raw && dvx checkout -q
  $ chmod u+w data/raw/b && echo oops >> data/raw/b && rm data/raw/b
  $ dvx checkout
  error: the stored bytes of f6b49467f595b1a44e442c198b3df4d221e88efcaabc26254f8e0ad4f79b6242 in '*' do not hash to their id (glob)
  hint: dvx fsck --repair
  [6]
  $ ls data/raw
  a
