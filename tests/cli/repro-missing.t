Data that is not here, with --allow-missing:

  $ git init -q && dvx init -q
  $ cat > dvx.yaml <<END
  > stages:
  >   a: {cmd: cp raw a, deps: [raw], outs: [a]}
  >   b: {cmd: cat a lone > b, deps: [a, lone], outs: [b], params: [p]}
  > END
  $ echo 'p: 1' > params.yaml; echo 1 > raw; echo 1 > lone; dvx add -q raw && dvx repro -q && git add -A && git commit -qm one
  $ rm raw a b lone
  $ dvx repro -n
  error: dependency 'raw' of stage 'a' does not exist
  hint: dvx checkout raw
  [5]
  $ dvx repro -n --allow-missing
  0 of 2 stages stale
  $ dvx repro --allow-missing
  2 up to date in * s (glob)
  $ ls
  dvx.lock
  dvx.yaml
  params.yaml
  raw.dvx

Everything else still counts, and then the data is asked for:

  $ echo 'p: 2' > params.yaml; dvx repro -n --allow-missing
  blocked        b: dependency a is missing, and 1 more
  1 of 2 stages stale
  $ dvx repro --allow-missing
  b: failed: its dependency 'a', which stage 'a' should make does not exist
  1 up to date, 1 failed in * s (glob)
  error: stage 'b' failed: its dependency 'a', which stage 'a' should make does not exist
  hint: dvx why b
  [1]
  $ echo 'p: 1' > params.yaml

So does data that is another one now, here or not:

  $ echo 2 > raw && dvx add -q raw; rm raw; dvx repro -n --allow-missing
  blocked        a: dependency raw is missing
  blocked        b: stage a before it will run
  2 of 2 stages stale

What is after a stage that ran, with --force-downstream:

  $ dvx checkout -q raw && echo 1 > lone && dvx repro -q && git add -A && git commit -qm two
  $ sed -i 's/cp raw a/cat raw > a/' dvx.yaml
  $ dvx repro -n --force-downstream
  would run      a: command: cp raw a \xe2\x86\x92 cat raw > a (esc)
  would run      b: it comes after stage a (--force-downstream), and 1 more
  2 of 2 stages stale
  $ dvx repro --force-downstream 2>&1 | grep running
  a: running: command: cp raw a \xe2\x86\x92 cat raw > a (esc)
  b: running: it comes after stage a (--force-downstream)
  $ dvx repro --force-downstream
  2 up to date in * s (glob)

Without it a stage whose inputs came out as they were is not run:

  $ sed -i 's/cat raw > a/cp raw a/' dvx.yaml && dvx repro -f a 2>&1 | grep -c running
  1
  $ dvx repro
  2 up to date in * s (glob)
