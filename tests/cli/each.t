A stage that is run per input file:

  $ git init -q && dvx init -q
  $ mkdir -p data/raw && for i in a b c; do echo $i > data/raw/$i.txt; done; echo no > data/raw/.hidden.txt; echo no > data/raw/other.csv
  $ cat > dvx.yaml <<'END'
  > stages:
  >   upper:
  >     cmd: echo x >> ran; tr a-z A-Z < {in} > {out}; echo done {stem}
  >     each:
  >       in: data/raw/*.txt
  >       out: data/up/{stem}.up
  >   join:
  >     cmd: cat data/up/* > joined
  >     deps: [data/up]
  >     outs: [joined]
  > END
  $ dvx repro -n
  would run      upper: it has never run (3 of 3 inputs)
  would run      join: it has never run, and 1 more
  2 of 2 stages stale
  $ dvx repro -j1
  upper: running 3 of 3 inputs, as it has never run
  upper | a.txt | done a
  upper | b.txt | done b
  upper | c.txt | done c
  upper: ran 3 of 3 inputs in * s (glob)
  join: running: it has never run
  join: ran in * s (glob)
  2 ran in * s (glob)
  $ cat joined
  A
  B
  C
  $ dvx repro
  2 up to date in * s (glob)
  $ cat .gitignore
  /joined
  $ cat data/.gitignore
  /up
  $ dvx stage list
  upper  → data/up
  join   → joined

What it printed is told with the names of inputs:

  $ dvx logs upper
  ==> a.txt
  done a
  ==> b.txt
  done b
  ==> c.txt
  done c

Only what is new or changed is run, and outputs without an input are removed:

  $ rm ran; echo d > data/raw/d.txt; echo changed > data/raw/a.txt; rm data/raw/b.txt
  $ dvx why upper
  upper would run:
    dependency data/raw: * (glob)
        modified  data/raw/a.txt
        removed   data/raw/b.txt
        added     data/raw/d.txt
    2 of 3 inputs to be run
        data/raw/a.txt: changed
        data/raw/d.txt: new
    1 output to be removed, of no input
        data/up/b.up
  $ dvx why upper --json | python3 -c "import json, sys; print(json.load(sys.stdin)['data']['stages'][0]['items'])"
  {'inputs': 3, 'remove': ['data/up/b.up'], 'restore': [], 'run': [{'in': 'data/raw/a.txt', 'out': 'data/up/a.up', 'reason': 'changed'}, {'in': 'data/raw/d.txt', 'out': 'data/up/d.up', 'reason': 'new'}]}
  $ dvx repro -n upper
  would run      upper: dependency data/raw: * (2 of 3 inputs, 1 removed)* (glob)
  1 of 1 stage stale
  $ dvx repro -j1
  upper: running 2 of 3 inputs, 1 removed, as dependency data/raw: * (glob)
  upper | a.txt | done a
  upper | d.txt | done d
  upper: ran 2 of 3 inputs in * s (glob)
  join: running: dependency data/up: * (glob)
  join: ran in * s (glob)
  2 ran in * s (glob)
  $ wc -l < ran; ls data/up; cat joined
  2
  a.up
  c.up
  d.up
  CHANGED
  C
  D

The record says so, and the chain holds:

  $ dvx repro --json -f upper 2>/dev/null | python3 -c "import json, sys; print(json.load(sys.stdin)['data']['stages'][0]['items'])"
  {'inputs': 3, 'ran': 3}
  $ git add -A && git commit -qm one && dvx verify > /dev/null && dvx verify --rebuild 2>/dev/null | grep -c identical
  2

A file beside the inputs is no input; a new record says that nothing had to run:

  $ rm -f ran; echo more >> data/raw/other.csv; dvx repro 2>&1 | grep upper
  upper: running 0 of 3 inputs, as dependency data/raw: * (glob)
  upper: ran 0 of 3 inputs in 0.0 s, same outputs as before
  $ ls ran
  ls: cannot access 'ran': No such file or directory
  [2]

Outputs that were lost or written over come back from the store:

  $ rm data/up/a.up; echo tampered > data/up/c.up; echo stray > data/up/stray
  $ dvx repro 2>&1 | grep upper
  warning: stage 'upper' writes to 'data/up', of which the store did not have what was there; to get that back: dvx restore --source tree:4334200fe566b4bec75fcebf72a19eac7f0f80246be13cc9fcc359df7c922130 data/up.kept
  upper: restored from run * (glob)
  $ ls data/up; cat data/up/c.up; ls ran
  a.up
  c.up
  d.up
  C
  ls: cannot access 'ran': No such file or directory
  [2]
  $ rm data/up/a.up; echo e > data/raw/e.txt; dvx repro 2>&1 | grep upper:
  upper: running 1 of 4 inputs, 1 from the store, as dependency data/raw: * (glob)
  upper: ran 1 of 4 inputs in * s (glob)
  $ wc -l < ran; cat data/up/a.up
  1
  CHANGED

Going back to inputs that were there before is no run at all:

  $ rm data/raw/e.txt; dvx repro 2>&1 | grep upper
  upper: restored from run * (glob)
  $ ls data/up
  a.up
  c.up
  d.up

A command, a param, a tool, another dependency belong to every input:

  $ sed -i 's/a-z A-Z/a-z N-ZA-M/' dvx.yaml; dvx repro -n upper
  would run      upper: command: * (3 of 3 inputs)* (glob)
  1 of 1 stage stale
  $ sed -i 's/N-ZA-M/A-Z/' dvx.yaml; dvx repro -n upper
  0 of 1 stage stale

A wider pattern runs what it adds:

  $ sed -i 's,raw/\*.txt,raw/*,' dvx.yaml; dvx repro -n upper
  would run      upper: each: in: data/raw/* (1 of 4 inputs)* (glob)
  1 of 1 stage stale
  $ sed -i 's,raw/\*,raw/*.txt,' dvx.yaml

What fails keeps what succeeded; the next run does the rest:

  $ mkdir in; for i in 1 2 3 4 5; do echo $i > in/$i; done
  $ cat > dvx.yaml <<'END'
  > stages:
  >   some:
  >     cmd: echo {name} >> ran; test {name} != 3 && cp {in} {out}
  >     each: {in: "in/*", out: "out/{name}"}
  > END
  $ rm -f ran; dvx repro -q -j1
  error: stage 'some' failed: 1 of 5 inputs failed, '3': 'echo {name} >> ran; test {name} != 3 && cp {in} {out}' exited with status 1
  hint: dvx logs some
  [1]
  $ cat ran
  1
  2
  3
  $ dvx repro -j1 -k
  warning: stage 'some' writes to 'out', of which the store did not have what was there; to get that back: dvx restore --source tree:f802d08fabfd797f4d9c19979cbcd9224988b35dbff1115e240d64c17a0f44a1 out.kept
  some: running 3 of 5 inputs, as its last run failed
  some | 3 | failed: 'echo {name} >> ran; test {name} != 3 && cp {in} {out}' exited with status 1
  some: failed: 1 of 3 inputs failed, '3': 'echo {name} >> ran; test {name} != 3 && cp {in} {out}' exited with status 1
  1 failed in * s (glob)
  error: stage 'some' failed: 1 of 3 inputs failed, '3': 'echo {name} >> ran; test {name} != 3 && cp {in} {out}' exited with status 1
  hint: dvx logs some
  [1]
  $ tail -n +4 ran
  3
  4
  5
  $ echo "other than 3 now" > in/3; dvx repro -q 2>/dev/null
  [1]
  $ rm in/3; rm ran; dvx repro
  some: running 0 of 4 inputs, as its last run failed
  some: ran 0 of 4 inputs in 0.0 s
  1 ran in * s (glob)
  $ ls ran .dvx/each
  ls: cannot access 'ran': No such file or directory
  ls: cannot access '.dvx/each': No such file or directory
  [2]

So does Ctrl-C:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   some:
  >     cmd: echo {name} >> ran; test {name} != 4 -o -e go || sleep 60; cp {in} {out}
  >     each: {in: "in/*", out: "out/{name}"}
  > END
  $ dvx repro -j1 > /dev/null 2> told & pid=$!; while ! grep -q 4 ran 2> /dev/null; do sleep 0.05; done; kill -INT $pid; wait $pid
  [130]
  $ grep -c "2 of 4" told; touch go; rm ran
  1
  $ dvx repro -j1 2> /dev/null; cat ran; ls out
  1 ran in * s (glob)
  4
  5
  1
  2
  4
  5

Batches: lists of paths, or a file of pairs; names are quoted as the place needs it:

  $ rm -rf in out; mkdir in; echo 1 > "in/it's a \"\$x\".txt"; echo 2 > in/b.txt; echo 3 > in/c.txt
  $ cat > dvx.yaml <<'END'
  > stages:
  >   lists:
  >     cmd: echo {in} '{in}' "{in}" "$(echo {in})"; for i in {in}; do cp "$i" "lists/$(basename "$i")"; done
  >     each: {in: "in/*", out: "lists/{name}", batch: 2}
  >   pairs:
  >     cmd: while read -r line; do cp "\${line%%	*}" "\${line#*	}"; done < {pairs}; cat {pairs}
  >     each: {in: "in/*", out: "pairs/{dir}/{stem}", batch: 10}
  > END
  $ dvx repro -j1
  lists: running 3 of 3 inputs, as it has never run
  lists | b.txt +1 | in/b.txt in/c.txt in/b.txt in/c.txt in/b.txt in/c.txt in/b.txt in/c.txt
  lists | it's a "$x".txt | in/it's a "$x".txt in/it's a "$x".txt in/it's a "$x".txt in/it's a "$x".txt
  lists: ran 3 of 3 inputs in * s (glob)
  pairs: running 3 of 3 inputs, as it has never run
  pairs | b.txt +2 | in/b.txt\tpairs/b (esc)
  pairs | b.txt +2 | in/c.txt\tpairs/c (esc)
  pairs | b.txt +2 | in/it's a "$x".txt\tpairs/it's a "$x" (esc)
  pairs: ran 3 of 3 inputs in * s (glob)
  2 ran in * s (glob)
  $ ls lists pairs
  lists:
  b.txt
  c.txt
  it's a "$x".txt
  
  pairs:
  b
  c
  it's a "$x"

Directories in directories, outputs that are directories, files that commands leave beside:

  $ rm -rf in; mkdir -p in/x/y; echo 1 > in/a.log; echo 2 > in/x/b.log; echo 3 > in/x/y/c.log
  $ cat > dvx.yaml <<'END'
  > stages:
  >   deep:
  >     cmd: mkdir {out} && cp {in} {out}/{name} && touch deep/left-{stem}
  >     each: {in: "in/**/*.log", out: "deep/{dir}/{stem}"}
  > END
  $ dvx repro 2>&1 | grep warning
  warning: removed 'deep/left-a' and 2 more, which stage 'deep' left beside its outputs
  $ find deep -type f | sort
  deep/a/a.log
  deep/x/b/b.log
  deep/x/y/c/c.log
  $ rm -r in/x; dvx repro -q; find deep | sort
  deep
  deep/a
  deep/a/a.log

No input is no failure, but told:

  $ rm in/a.log; dvx repro 2>&1 | grep -v ran
  warning: no file matches 'in/**/*.log' of stage 'deep'
  deep: running 0 of 0 inputs, 1 removed, as dependency in: * (glob)
  $ find deep
  deep

Two inputs cannot have one output, nor one in the other:

  $ touch in/a.log in/a.txt
  $ cat > dvx.yaml <<'END'
  > stages:
  >   two: {cmd: 'cp {in} {out}', each: {in: "in/*", out: "two/{stem}"}}
  > END
  $ dvx repro -n
  blocked        two: 'in/a.log' and 'in/a.txt' would both become 'two/a'
  1 of 1 stage stale
  $ dvx repro -q
  error: stage 'two' failed: 'in/a.log' and 'in/a.txt' would both become 'two/a'
  hint: {dir} and {ext} in 'out' tell inputs apart
  [1]

An input that changes while it is used, or an output that is not made, fails:

  $ rm in/a.txt
  $ cat > dvx.yaml <<'END'
  > stages:
  >   two: {cmd: 'echo x >> {in}; cp {in} {out}', each: {in: "in/*", out: "two/{stem}"}}
  > END
  $ dvx repro -q
  error: stage 'two' failed: 1 of 1 inputs failed, 'in/a.log': it changed while it was used
  hint: dvx logs two
  [1]
  $ sed -i 's/cmd: .*out}., each/cmd: "true {in}", each/' dvx.yaml; dvx repro -q
  warning: stage 'two' writes to 'two', of which the store did not have what was there; to get that back: dvx restore --source tree:69fa88a6f7054acc6720db9c06ff6a07068f64955ec60d87c2906fea72a3527f two.kept
  error: stage 'two' failed: 1 of 1 inputs failed, 'in/a.log': 'two/a' was not made
  hint: dvx logs two
  [1]

Each way in which it can be wrong:

  $ try() { printf 'stages:\n  s:\n    cmd: %s\n    each: %s\n' "$1" "$2" > dvx.yaml; dvx stage list; }
  $ try 'cp {in} {out}' '{in: data/raw/*.jpg, out: data/thumbs/{stem}.png}'
  error: dvx.yaml:4:* (glob)
  hint: put it in quotes: "data/thumbs/{stem}.png"
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: "b/{stm}"}'
  error: dvx.yaml:4:28: stage 's': '{stm}' is not known
  hint: did you mean '{stem}'?
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: "b/{in}"}'
  error: dvx.yaml:4:28: stage 's': '{in}' cannot stand in 'out'
  hint: use {stem}, {name}, {ext} or {dir}
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: b/c}'
  error: dvx.yaml:4:28: stage 's': 'b/c' is the same output for every input
  hint: out: "data/made/{name}"
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: "{stem}"}'
  error: dvx.yaml:4:28: stage 's': '{stem}' must begin with a directory
  hint: out: "data/made/{name}"
  [2]
  $ try 'cp {in} {out}' '{in: "*.txt", out: "b/{stem}"}'
  error: dvx.yaml:4:16: stage 's': '*.txt' must begin with a directory
  hint: in: "data/raw/*"
  [2]
  $ try 'cp {in} {out}' '{in: a/b, out: "b/{stem}"}'
  error: dvx.yaml:4:16: stage 's': 'a/b' is no pattern: it names one file
  hint: in: "a/b/*"
  [2]
  $ try 'cp {in} {out}' '{in: "a/*.{jpg,png}", out: "b/{stem}"}'
  error: dvx.yaml:4:16: stage 's': 'a/*.{jpg,png}': patterns have no braces
  hint: in: "data/raw/*.[jp][pn]g", or a stage for each kind
  [2]
  $ try 'cp {in} {out}' '{in: "../a/*", out: "b/{stem}"}'
  error: dvx.yaml:4:16: stage 's': '../a/*' lies outside of the repository
  hint: write a path beneath it, relative to dvx.yaml
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: ".dvx/x/{stem}"}'
  error: dvx.yaml:4:28: stage 's': '.dvx/x/{stem}' is refused: its part '.dvx' is bad: a file system may take it for '.dvx'
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: "a/b/{stem}"}'
  error: dvx.yaml:2:3: stage 's' depends on its own output 'a/b'
  [2]
  $ try 'cp {stem} {out}' '{in: "a/*", out: "b/{stem}", batch: 5}'
  error: dvx.yaml:3:10: stage 's': '{stem}' is of one input, and a batch has several
  hint: use {in} and {out}, which are lists then, or {pairs}, a file of both
  [2]
  $ try 'make' '{in: "a/*", out: "b/{stem}"}'
  error: dvx.yaml:3:10: stage 's': 'cmd' does not say what it does with each input
  hint: cmd: convert {in} {out}
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: "b/{stem}", batch: 0}'
  error: dvx.yaml:4:47: stage 's': 'batch' must be a whole number, 1 to 1000000
  [2]
  $ try 'cp {in} {out}' '{in: "a/*"}'
  error: dvx.yaml:4:11: stage 's': 'each' has no 'out'
  hint: each: {in: "data/raw/*.jpg", out: "data/thumbs/{stem}.png"}
  [2]
  $ try 'cp {in} {out}' '{in: "a/*", out: "b/{stem}", to: x}'
  error: dvx.yaml:4:40: unknown field 'to'
  [2]
  $ cat > dvx.yaml <<'END'
  > stages:
  >   s: {cmd: 'cp {in} {out}', each: {in: "a/*", out: "b/{stem}"}, outs: [c]}
  > END
  $ dvx stage list
  error: dvx.yaml:2:35: stage 's': a stage with 'each' makes 'b' alone, and not 'c'
  hint: make it in a stage behind this one
  [2]

Each run may use what the stage names and its own input, and not the input of another one:

  $ rm -rf a b; mkdir a; echo x > a/one; echo y > a/two; echo z > rate
  $ cat > dvx.yaml <<'END'
  > stages:
  >   s:
  >     cmd: cat {in} a/two > {out}; cat rate > b/left
  >     each: {in: "a/*", out: "b/{name}"}
  >     deps: [unused]
  > END
  $ touch unused
  $ dvx repro --trace
  s: running 2 of 2 inputs, as it has never run
  warning: s: it reads 'a/two', which it does not declare
  warning: s: it reads 'rate', which it does not declare
  warning: s: it writes 'b/left', which it does not declare
  warning: s: it declares 'unused' and does not read it
  warning: removed 'b/left', which stage 's' left beside its outputs
  s: ran 2 of 2 inputs in * s (glob)
  1 ran in * s (glob)
  $ dvx stage fix -n --remove
  --- a/dvx.yaml
  +++ b/dvx.yaml
  @@ -2,4 +2,4 @@
     s:
       cmd: cat {in} a/two > {out}; cat rate > b/left
       each: {in: "a/*", out: "b/{name}"}
  -    deps: [unused]
  +    deps: [a/two, rate]
  $ dvx stage fix -q --remove; sed -i 's/; cat rate > b.left/; cat rate/' dvx.yaml
  $ dvx repro --trace=enforce -j1
  s: running 2 of 2 inputs, as command: * (glob)
  s | one | z
  s | two | z
  s: ran 2 of 2 inputs in * s, same outputs as before (glob)
  1 ran in * s (glob)

With `enforce` an input fails whose run used what it does not declare, and is not done:

  $ sed -i 's/cat rate$/grep -q x {in} || cat unused/; s|\(deps: .*\)|\1\n    trace: enforce|' dvx.yaml
  $ dvx repro -k -j1
  s: running 2 of 2 inputs, as command: * (glob)
  s | two | failed: it reads 'unused', which it does not declare
  warning: s: it reads 'unused', which it does not declare
  s: failed: 1 of 2 inputs failed, 'two': it reads 'unused', which it does not declare
  1 failed in * s (glob)
  error: stage 's' failed: 1 of 2 inputs failed, 'two': it reads 'unused', which it does not declare
  hint: dvx stage fix s
  [1]
  $ sed -i 's/; grep.*//; s/, rate//' dvx.yaml; dvx repro
  s: running 2 of 2 inputs, as command: * (glob)
  s: ran 2 of 2 inputs in * s, same outputs as before (glob)
  1 ran in * s (glob)

In a sandbox there is nothing else, and an output takes its place when its commands have succeeded:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   s:
  >     cmd: ls a rate 2>/dev/null; cut -f1 {pairs}; cat {in} > {out}; echo > b/left
  >     each: {in: "a/*", out: "b/{name}", batch: 1}
  >     deps: [rate]
  >     sandbox: true
  > END
  $ dvx repro -j1
  s: running 2 of 2 inputs, as command: * (glob)
  s | one | rate
  s | one | 
  s | one | a:
  s | one | one
  s | one | a/one
  s | two | rate
  s | two | 
  s | two | a:
  s | two | two
  s | two | a/two
  warning: stage 's' wrote 'b/left' in the sandbox of 'one' (and so in 1 more), and does not declare that: it is gone
  s: ran 2 of 2 inputs in * s (glob)
  1 ran in * s (glob)
  $ ls b; git add a rate; dvx verify --rebuild -j1 2>/dev/null
  one
  two
  \xe2\x9c\x93 s: rebuilt, 1 output identical (4 B, * s) (esc) (glob)
  \xe2\x9c\x93 verified: 1 stage, 1 run record, * objects (* B) (esc) (glob)
  $ sed -i 's|cat {in} > {out}; .*|echo > {out} \&\& cat a/two|' dvx.yaml; dvx repro -q -k
  error: stage 's' failed: 1 of 2 inputs failed, 'one': 'ls a rate 2>/dev/null; cut -f1 {pairs}; echo > {out} && cat a/two' exited with status 1 (sandboxed: of the repository it sees nothing but 'a/one' and 'rate')
  hint: dvx logs s
  [1]
  $ cat b/one
  x

What all inputs read must stay as it was, or nothing that was made meanwhile counts:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   s:
  >     cmd: cat rate {in} > {out}; sleep 0.5; test {stem} != two || echo wrong > rate
  >     each: {in: "a/*", out: "b/{name}"}
  >     deps: [rate]
  > END
  $ dvx repro -q -j1
  warning: stage 's' writes to 'b', of which the store did not have what was there; to get that back: dvx restore --source tree:7fc878af879b1e13fa0ae2e4b791a91a08bc19ab186b74b3fb5517b363df1d1c b.kept
  error: stage 's' failed: input 'rate' changed while the stage ran
  hint: dvx repro s
  [1]
  $ echo z > rate; sed -i 's/; test.*//' dvx.yaml; dvx repro -q -j1 && cat b/two
  warning: stage 's' writes to 'b', of which the store did not have what was there; to get that back: dvx restore --source tree:cb0b0df947da3433f3735370e539b337f97c07292c67d5ce9a1267fce0468d81 b.kept
  z
  y

Ctrl-C loses nothing that has ended:

  $ for i in $(seq 30); do echo $i > a/$i; done; rm a/one a/two; sed -i 's/0.5/0.2/' dvx.yaml
  $ dvx repro -j2 & pid=$!; until [ -s b/12 ]; do sleep 0.05; done; kill -INT $pid; wait $pid
  s: running 30 of 30 inputs, * (glob)
  s: stopped, * of 30 inputs are done and will not run again (glob)
  error: interrupted
  [130]
  $ dvx repro -j2 2>&1 | grep -c 'running 30 of 30'; ls b | wc -l
  0
  30
