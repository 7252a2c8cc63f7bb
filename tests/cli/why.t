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

Each thing that is part of a key is named: a variable, a tool, a parameter within a map, the command:

  $ echo 'model: {depth: 1, width: 2}' > params.yaml
  $ cat > dvx.yaml <<END
  > stages:
  >   all:
  >     cmd: cat d/* > total
  >     deps: [d]
  >     params: [model]
  >     env: {LEVEL: low}
  >     tools: [cat version]
  >     outs: [total]
  > END
  $ echo 1.0 > version && dvx repro -q
  $ sed -i 's/depth: 1/depth: 3/' params.yaml && echo 1.1 > version && echo 5 > d/a
  $ sed -i 's/low/high/; s/cat d/cat -u d/' dvx.yaml
  $ dvx why all
  all would run:
    command: cat d/* > total \xe2\x86\x92 cat -u d/* > total (esc)
    dependency d: * (glob)
        modified  d/a
    param params.yaml:model.depth: 1 \xe2\x86\x92 3 (esc)
    env LEVEL: low \xe2\x86\x92 high (esc)
    tool 'cat version': not asked, taken as recorded: 1.0

The other way, why it does not run: all that is as it was.

  $ dvx repro -q && dvx why --not all
  all is up to date since run * of *: (glob)
    tool 'cat version': not asked, taken as recorded: 1.1
    command: the same, cat -u d/* > total
    dependency d: same content, * (glob)
    param params.yaml:model: still {"depth":3,"width":2}
    env LEVEL: still high
    output total: as recorded, * (glob)
  $ echo 1 > d/a && dvx repro -q && echo 5 > d/a && dvx why --not all | head -1
  all would be restored from run * (glob)

What a stage before made again and made the same is no reason:

  $ cat > dvx.yaml <<END
  > stages:
  >   upper: {cmd: grep -v '^#' raw > mid, deps: [raw], outs: [mid]}
  >   lower: {cmd: cp mid end, deps: [mid], outs: [end]}
  >   kept: {cmd: "false", frozen: true, outs: [kept]}
  > END
  $ printf '# a\nx\n' > raw && dvx repro -q && printf '# b\nx\n' > raw && dvx repro -q
  $ dvx why --not lower kept
  lower is up to date since run * of *: (glob)
    command: the same, cp mid end
    dependency mid: same content, * (glob)
        stage upper ran since and made the same (run *) (glob)
    output end: as recorded, * (glob)
  kept is frozen: it is never run
  $ dvx why --not lower --json | python3 -c '
  > import json, sys
  > for part in json.load(sys.stdin)["data"]["stages"][0]["same"]: print(part["kind"], part["what"], *part.get("made_again", {}))'
  command 
  dependency mid run stage
  output-modified end

What failed before, and what is missing:

  $ echo y > raw && sed -i 's/> mid/> mid; false/' dvx.yaml && dvx repro -q
  error: * (glob)
  hint: * (glob)
  [1]
  $ dvx why --not lower
  lower would run:
    stage upper before it will run
    stage upper before it failed on *: dvx logs upper (glob)
  $ rm raw && dvx why --not upper
  upper cannot run:
    dependency raw is missing
    it failed on *: dvx logs upper (glob)
