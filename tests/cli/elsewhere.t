Nothing that dvx keeps lies behind a link, or in another git repository. That is refused before anything is written.

  $ git init -q sub && cd sub && echo s > s && git add s && git commit -qm s && cd ..
  $ git init -q repo && cd repo && dvx init -q && git commit -qm start
  $ git -c protocol.file.allow=always submodule --quiet add ../sub sub && git commit -qm sub
  $ mkdir real && echo 1 > real/f && ln -s real via && ln -s ../sub out && echo n > sub/n
  $ dvx add via/f
  error: 'via/f' lies behind the link 'via', which leads to 'real'
  hint: name it 'real/f'
  [2]
  $ dvx add out/s
  error: 'out/s' lies behind the link 'out', which leads to '*/sub', outside of this repository (glob)
  hint: cd */sub   (and use dvx there) (glob)
  [2]
  $ dvx add sub/n
  error: 'sub/n' lies in 'sub', which is a git repository of its own
  hint: cd sub   (and use dvx there)
  [2]
  $ dvx add sub
  error: 'sub' is a submodule: its files belong to that repository
  hint: cd sub   (and use dvx there)
  [2]
  $ echo 2 > mine && dvx add -q mine && dvx mv mine sub/mine
  error: 'sub/mine' lies in 'sub', which is a git repository of its own
  hint: cd sub   (and use dvx there)
  [2]
  $ dvx stage add -n a -o via/o 'echo 1 > via/o'
  error: output 'via/o' lies behind the link 'via', which leads to 'real'
  hint: name it 'real/o'
  [2]
  $ git submodule --quiet deinit -f sub && mkdir -p sub && echo n > sub/n && dvx add sub/n
  error: 'sub/n' lies in 'sub', which is a git repository of its own
  hint: cd sub   (and use dvx there)
  [2]
  $ rm sub/n && git status --porcelain --untracked-files=all
  A  .gitignore
  A  mine.dvx
  ?? out
  ?? real/f
  ?? via

An output there fails its stage, and does not keep others from being committed:

  $ git -c protocol.file.allow=always submodule --quiet update --init 2>/dev/null
  $ printf 'stages:\n  a:\n    cmd: echo 1 > sub/o\n    outs: [sub/o]\n  b:\n    cmd: echo 1 > o\n    outs: [o]\n' > dvx.yaml
  $ dvx repro -k
  a: failed: output 'sub/o' of stage 'a' lies in 'sub', which is a git repository of its own
  b: running: it has never run
  b: ran in 0.0 s
  1 ran, 1 failed in * s (glob)
  error: stage 'a' failed: output 'sub/o' of stage 'a' lies in 'sub', which is a git repository of its own
  hint: cd sub   (and use dvx there)
  [1]
  $ ls sub
  s
  $ git add dvx.yaml && dvx commit -q -m "Two stages, one of them in the wrong place"
