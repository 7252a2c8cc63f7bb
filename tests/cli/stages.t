The state of each stage, and what its last run took:

  $ git init -q && dvx init >/dev/null 2>&1
  $ echo 1 > raw
  $ cat > dvx.yaml <<END
  > stages:
  >   first: {cmd: cp raw one, deps: [raw], outs: [one]}
  >   second: {cmd: cp one two, deps: [one], outs: [two]}
  >   kept: {cmd: "false", frozen: true, outs: [kept]}
  > END
  $ dvx stages
  stage   state       last run            took           cpu    memory
  first   never run   -                      -             -         -
  second  never run   -                      -             -         -
  kept    frozen      -                      -             -         -
  $ dvx repro -q
  $ dvx stages
  stage   state       last run            took           cpu    memory
  first   up to date  \d+ s ago +[0-9.]+ s +[0-9.]+ s +[0-9.]+ MB (re)
  second  up to date  \d+ s ago +[0-9.]+ s +[0-9.]+ s +[0-9.]+ MB (re)
  kept    frozen      -                      -             -         -
  $ echo 2 > raw && dvx stages first | sed 1d
  first  stale       * (glob)
  $ dvx repro -q && echo 1 > raw && dvx stages first | sed 1d
  first  restorable  * (glob)
  $ sed -i 's/cp one two/cp one two; false/' dvx.yaml && dvx repro -q second
  error: * (glob)
  hint: dvx logs second
  [1]
  $ dvx stages second | sed 1d
  second  failed      \d+ s ago +- +- +- (re)
  $ mv raw gone && dvx stages first | sed 1d && mv gone raw
  first  blocked     * (glob)
  $ dvx stages no
  error: * (glob)
  hint: * (glob)
  [5]

What another dvx runs at this moment:

  $ mkdir other && cd other && git init -q && dvx init >/dev/null 2>&1
  $ mkfifo ../gate && echo 'stages: {slow: {cmd: "cat ../gate > made", outs: [made]}}' > dvx.yaml
  $ dvx repro -q & exec 3> ../gate
  $ dvx stages | sed 1d
  slow   running     -                      -             -         -
  $ exec 3>&- && wait && dvx stages | sed 1d
  slow   up to date  * (glob)
  $ cd ..

As JSON, with the exact numbers:

  $ dvx stages second --json | python3 -c '
  > import json, sys
  > stage = json.load(sys.stdin)["data"]["stages"][0]
  > print(stage["stage"], stage["state"], sorted(stage), sorted(stage["last_run"]))'
  second failed ['failed', 'last_run', 'reasons', 'stage', 'state'] ['cpu_seconds', 'peak_memory_bytes', 'run', 'seconds', 'started']
