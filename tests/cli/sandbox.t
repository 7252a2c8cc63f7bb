A stage that sees what it declares and nothing else:

  $ git init -q && dvx init -q
  $ cat > dvx.yaml <<'END'
  > stages:
  >   count:
  >     sandbox: true
  >     cmd: wc -l < data/a.txt > out/count && cat params.yaml >> out/count
  >     deps: [data/a.txt]
  >     params: [word]
  >     outs: [out/count]
  > END
  $ mkdir data; echo x > data/a.txt; echo secret > data/b.txt; echo 'word: one' > params.yaml
  $ dvx repro
  count: running: it has never run
  count: ran in * s (glob)
  1 ran in * s (glob)
  $ cat out/count
  1
  word: one
  $ dvx repro
  1 up to date in * s (glob)
  $ ls .dvx/tmp

What is not declared is not there:

  $ sed -i 's|cmd: .*|cmd: cat data/b.txt > out/count|' dvx.yaml && dvx repro
  count: running: command: * (glob)
  count | cat: data/b.txt: No such file or directory
  count: failed: 'cat data/b.txt > out/count' exited with status 1 (sandboxed: of the repository it sees nothing but 'data/a.txt' and 'params.yaml')
  1 failed in * s (glob)
  error: stage 'count' failed: 'cat data/b.txt > out/count' exited with status 1 (sandboxed: of the repository it sees nothing but 'data/a.txt' and 'params.yaml')
  hint: dvx logs count
  [1]

The output is what it was before, and inputs cannot be written to:

  $ cat out/count
  1
  word: one
  $ sed -i 's|cmd: .*|cmd: (echo y > data/a.txt) 2>\&1; (rm data/a.txt) 2>\&1; ls -R; echo 2 > out/count; echo > left; id -un; pwd > out/here|' dvx.yaml && dvx repro
  count: running: command: * (glob)
  count | /bin/sh: 1: cannot create data/a.txt: Read-only file system
  count | rm: cannot remove 'data/a.txt': Device or resource busy
  count | .:
  count | data
  count | out
  count | params.yaml
  count | 
  count | ./data:
  count | a.txt
  count | 
  count | ./out:
  count | dvx
  warning: stage 'count' wrote 'left' and 'out/here' in its sandbox, and does not declare that: it is gone
  count: ran in * s (glob)
  1 ran in * s (glob)
  $ ls; ls out; cat data/a.txt out/count
  data
  dvx.lock
  dvx.yaml
  out
  params.yaml
  count
  x
  2

A run outside of a sandbox is another one:

  $ sed -i '/sandbox/d' dvx.yaml && dvx repro -n
  would run      count: sandbox: true \xe2\x86\x92 false (esc)
  1 of 1 stage stale

Every stage in one, for this time:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   lax: {cmd: cat data/b.txt > lax, deps: [data/a.txt], outs: [lax]}
  > END
  $ dvx repro -q && dvx repro --sandbox
  1 up to date in * s (glob)
  $ dvx repro -q -f --sandbox
  error: stage 'lax' failed: 'cat data/b.txt > lax' exited with status 1 (sandboxed: of the repository it sees nothing but 'data/a.txt')
  hint: dvx logs lax
  [1]

Directories, what persists, several commands, other stages:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   make: {sandbox: true, cmd: [mkdir -p tree/sub, echo 1 > tree/sub/f], outs: [tree], wdir: w}
  >   grow:
  >     sandbox: true
  >     cmd: cat w/tree/sub/f >> log; echo more >> kept/f; cat log > all; mv log log.new; mv log.new log
  >     deps: [w/tree]
  >     outs: [log: {persist: true}, kept: {persist: true}, all]
  >   after: {sandbox: true, cmd: cat all > end, deps: [stage: grow], outs: [end]}
  > END
  $ mkdir w kept && dvx repro -q && cat log kept/f end
  1
  more
  1
  $ dvx repro -q -f && cat log kept/f end
  1
  1
  more
  more
  1
  1
  $ dvx verify --rebuild make 2>&1 | grep identical
  make: identical
  * make: rebuilt, 1 output identical (*) (glob)

Where it cannot hold it is refused:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   s: {sandbox: true, cmd: echo > out/o, outs: [out], params: [out/p.yaml: [x]]}
  > END
  $ mkdir -p out && echo 'x: 1' > out/p.yaml; dvx repro -q
  error: * (glob)
  [2]
  $ printf 'stages:\n  s: {sandbox: true, cmd: ln -s /etc/shadow o, outs: [o]}\n' > dvx.yaml; dvx repro -q
  error: stage 's' failed: its output 'o' is a symlink, and what that leads to is not seen outside of the sandbox
  hint: dvx logs s
  [1]
  $ printf 'stages:\n  s: {sandbox: true, cmd: rm -r d; ln -s /etc d, outs: [d/passwd]}\n' > dvx.yaml; dvx repro -q
  error: stage 's' failed: 'd' became a symlink, so output 'd/passwd' cannot be taken from it
  hint: dvx logs s
  [1]
  $ printf 'stages:\n  s: {sandbox: true, cmd: echo > o, outs: [o]}\n' > dvx.yaml
  $ mkdir bin && ln -s $(command -v dvx) $(command -v git) bin/ && PATH=$PWD/bin dvx repro -q
  error: stage 's' failed: no sandbox can be made here: the program 'bwrap' is not installed
  hint: apt-get install bubblewrap
  [1]
  $ sed -i 's/true/maybe/' dvx.yaml && dvx repro
  error: dvx.yaml:2:16: stage 's': 'sandbox' must be true or false, not a string
  [2]
