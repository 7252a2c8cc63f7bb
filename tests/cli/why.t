Why a stage is stale, down to the file inside of a directory:

  $ git init -q && dvx init >/dev/null 2>&1
  $ mkdir d && echo 1 > d/a && echo 2 > d/b
  $ echo 'rate: 0.1' > params.yaml
  $ cat > dvx.yaml <<END
  > stages:
  >   sum:
  >     cmd: cat d/* > total
  >     deps: [d]
  >     params: [rate]
  >     outs: [total]
  >   last:
  >     cmd: cp total copy
  >     deps: [total]
  >     outs: [copy]
  > END
  $ dvx why sum
  sum would run:
    it has never run
  $ dvx repro >/dev/null 2>&1
  $ dvx why sum
  sum is up to date since run [0-9a-f]{12} of .* (re)
  $ echo 3 > d/b && echo 4 > d/c
  $ echo 'rate: 0.2' > params.yaml
  $ dvx why last
  sum would run:
    dependency d: 045ec59c898d \xe2\x86\x92 0b2cc9c9075e (esc)
        modified  d/b
        added     d/c
    param params.yaml:rate: 0.1 \xe2\x86\x92 0.2 (esc)
  last would run:
    stage sum before it will run
  $ dvx repro >/dev/null 2>&1
  $ echo 'rate: 0.1' > params.yaml && echo 2 > d/b && rm d/c
  $ dvx why sum | head -1
  sum would be restored from run [0-9a-f]{12}: (re)
  $ dvx why nothing
  error: * (glob)
  hint: * (glob)
  [5]
