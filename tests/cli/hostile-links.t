Links that came with a repository lead nothing out of it.

  $ mkdir ann victim && echo precious > victim/keep && cd ann && git init -q && dvx init -q && dvx remote add -q -d r ../../remote
  $ mkdir d && echo one > d/x && dvx add -q d/x && echo two > single && dvx add -q single && mkdir tree && echo three > tree/a && dvx add -q tree
  $ git add -A && git commit -qm data && dvx push -q
  $ rm -r d single tree && git rm -q --cached d/x.dvx d/.gitignore && V=$(cd ..; pwd)/victim && ln -s $V d && ln -s $V/new single && ln -s $V tree
  $ git add -f d single tree && git commit -qm links && cd .. && git clone -q ann bob && cd bob

What is a link in place of data is not replaced without being asked to, and nothing is written through it:

  $ dvx pull
  3 objects received from 'r' (136 B)
  error: 'single' has changes that are not stored
  hint: dvx add single, or dvx pull --force to lose them
  error: 'tree' has changes that are not stored
  hint: dvx add tree, or dvx pull --force to lose them
  [1]
  $ ls ../victim
  keep
  $ dvx checkout --force -q && cat single tree/a && ls ../victim
  two
  three
  keep

Data in a directory that is a link:

  $ mkdir -p new && git mv d new/d 2>/dev/null; ls new
  d
  $ printf 'stages:\n  s: {cmd: echo 1 > new/d/out, outs: [new/d/out]}\n' > dvx.yaml
  $ dvx repro -q
  error: stage 's' failed: output 'new/d/out' of stage 's' lies behind the link 'new/d', which leads to '*/victim', outside of this repository (glob)
  hint: cd */victim   (and use dvx there) (glob)
  [1]
  $ ls ../victim
  keep

A wdir that is one, and an output that persists:

  $ printf 'stages:\n  s: {wdir: new/d, cmd: echo 1 > out}\n' > dvx.yaml && dvx repro -q
  error: stage 's' failed: its wdir 'new/d' is reached through the symbolic link 'new/d', and nothing is written through one
  hint: put a directory in place of the link, or name the place that it leads to
  [1]
  $ printf 'stages:\n  s: {cmd: echo 1 > own/out, outs: [{own: {persist: true}}]}\n' > dvx.yaml && ln -s $V own && dvx repro -q
  error: stage 's' failed: its output 'own' is reached through the symbolic link 'own', and nothing is written through one
  hint: put a directory in place of the link, or name the place that it leads to
  [1]

A dependency that a tracked link leads out of the repository to is not read; a link of the user's own is followed:

  $ printf 'stages:\n  s: {cmd: cat new/d/keep > o, deps: [new/d/keep], outs: [o]}\n' > dvx.yaml
  $ dvx repro -q
  error: cannot open 'new/d/keep': '*/new/d' is a symbolic link, and dvx follows none here (glob)
  hint: put a directory or a file in place of the link
  [2]
  $ git rm -q --cached new/d && dvx repro -q && cat o
  precious

A directory that is no store is never made one:

  $ mkdir -p ../docs/tmp/mine && echo mine > ../docs/tmp/mine/f && dvx config --local core.store ../docs && echo x > y && dvx add y
  error: '*/docs' is not a store of dvx: it has no 'format' file and holds 'tmp' (glob)
  hint: name an empty directory, or one that is a store
  [2]
  $ find ../docs -type f
  ../docs/tmp/mine/f
