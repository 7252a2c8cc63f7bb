What a stage printed, kept with its run:

  $ git init -q && dvx init -q
  $ cat > dvx.yaml <<END
  > stages:
  >   count:
  >     cmd: echo counting && seq 3 | tee numbers
  >     outs: [numbers]
  >   sum:
  >     cmd: echo adding >&2 && sh sum.sh
  >     deps: [numbers, sum.sh]
  >     outs: [total]
  >   quiet:
  >     cmd: cp total nothing
  >     deps: [total]
  >     outs: [nothing]
  > END
  $ echo 'paste -sd+ numbers | tee total' > sum.sh
  $ dvx logs
  $ dvx logs sum
  error: stage 'sum' has not run
  hint: dvx repro sum
  [5]
  $ dvx repro -q >/dev/null 2>&1
  $ dvx logs sum
  adding
  1+2+3
  $ dvx logs total quiet
  ==> sum: run .* (re)
  adding
  1+2+3
  ==> quiet: run .* (re)

Several have titles; a stage may have printed nothing:

  $ dvx logs
  ==> count: run [0-9a-f]{12} of 20[^ ]*Z, .* s \(.* of CPU, .* of memory\) (re)
  counting
  1
  2
  3
  ==> sum: run .* (re)
  adding
  1+2+3
  ==> quiet: run .* (re)

A run is found by the first digits of its id, also when it is not the last:

  $ run=$(dvx logs sum --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["logs"][0]["run"])')
  $ echo 'echo changed && cp numbers total' > sum.sh && dvx repro -q >/dev/null 2>&1
  $ dvx logs sum
  adding
  changed
  $ dvx logs $(echo $run | cut -c1-12)
  adding
  1+2+3

A stage that failed leaves no run, but what it printed is there until it succeeds:

  $ echo 'echo about to fail; exit 3' > sum.sh
  $ dvx repro -q sum 2>&1 | tail -2
  error: stage 'sum' failed: 'echo adding >&2 && sh sum.sh' exited with status 3
  hint: dvx logs sum
  $ dvx logs sum
  adding
  about to fail
  $ dvx logs sum --json | python3 -c 'import json, sys; log = json.load(sys.stdin)["data"]["logs"][0]; print(log["failed"], log["text"])'
  True adding
  about to fail
  
  $ echo 'cp numbers total' > sum.sh && dvx repro -q >/dev/null 2>&1
  $ dvx logs sum
  adding
  $ ls .dvx/logs
  ls: cannot access '.dvx/logs': No such file or directory
  [2]

What is neither stage nor run:

  $ dvx logs summ
  error: no stage or output 'summ'
  hint: did you mean 'sum'?
  [5]
