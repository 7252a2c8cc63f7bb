A pipeline of two stages runs once, and then nothing does:

  $ git init -q && dvx init >/dev/null 2>&1
  $ printf '# a note\nword\n' > raw
  $ echo 'suffix: one' > params.yaml
  $ cat > dvx.yaml <<END
  > stages:
  >   upper:
  >     cmd: grep -v '^#' raw | tr a-z A-Z > mid
  >     deps: [raw]
  >     outs: [mid]
  >   join:
  >     cmd: echo joining; cat mid params.yaml > end
  >     deps: [mid]
  >     params: [suffix]
  >     outs: [end]
  > END
  $ dvx repro -n
  would run      upper: it has never run
  would run      join: it has never run, and 1 more
  2 of 2 stages stale
  $ dvx repro
  upper: running: it has never run
  upper: ran in * s (glob)
  join: running: it has never run
  join | joining
  join: ran in * s (glob)
  2 ran in * s (glob)
  $ cat end
  WORD
  suffix: one
  $ dvx repro
  2 up to date in * s (glob)
  $ dvx repro -n --exit-code
  0 of 2 stages stale

Lock file and .gitignore are staged; outputs are kept from git:

  $ git status --short --untracked-files=no
  A  .dvx/.gitignore
  A  .dvx/config
  A  .gitignore
  A  dvx.lock
  $ cat .gitignore
  /mid
  /end

A param that changes runs what depends on it; back again, the result is restored:

  $ echo 'suffix: two' > params.yaml
  $ dvx repro -n --exit-code
  would run      join: param params.yaml:suffix: one \xe2\x86\x92 two (esc)
  1 of 2 stages stale
  [1]
  $ dvx repro -q
  $ echo 'suffix: one' > params.yaml
  $ dvx repro
  join: restored from run [0-9a-f]{12} (re)
  1 restored, 1 up to date in * s (glob)

Early cutoff: an input changes, its output does not, and what comes after is left alone:

  $ printf '# another note\nword\n' > raw
  $ dvx repro
  upper: running: dependency raw: * (glob)
  upper: ran in * s, same outputs as before (glob)
  1 ran, 1 up to date in * s (glob)

A stage that fails records nothing, and the exit status says so:

  $ cat >> dvx.yaml <<END
  >   bad:
  >     cmd: exit 3
  >     deps: [mid]
  >     outs: [never]
  >   after:
  >     cmd: cp never later
  >     deps: [never]
  >     outs: [later]
  > END
  $ dvx repro -k
  bad: running: it has never run
  bad: failed: 'exit 3' exited with status 3
  2 up to date, 1 failed, 1 skipped in * s (glob)
  error: stage 'bad' failed: 'exit 3' exited with status 3
  hint: dvx logs bad
  [1]
  $ grep -c '"bad"' dvx.lock
  0
  [1]

Only named stages, by name or output:

  $ dvx repro end
  2 up to date in * s (glob)
  $ dvx repro -s -f join
  join: running: it was asked for with --force
  join | joining
  join: ran in * s, same outputs as before (glob)
  1 ran in * s (glob)
  $ dvx repro uper
  error: * (glob)
  hint: * (glob)
  [5]

What cannot be read is not the output that was made, and is made or brought back as if it were not there:

  $ cp end saved && rm end && ln -s nowhere end && rm mid && mkfifo mid
  $ dvx repro -n end
  would restore  upper: output mid is missing
  would restore  join: output end is missing
  2 of 2 stages stale
  $ dvx repro -q end && cmp end saved
  $ rm raw && ln -s nowhere raw
  $ dvx repro end
  error: cannot follow link 'raw': No such file or directory
  [5]
  $ rm raw && printf '# another\nword\n' > raw && dvx repro -q end

As JSON:

  $ dvx repro --json end | python3 -c 'import json, sys; print([(s["stage"], s["outcome"]) for s in json.load(sys.stdin)["data"]["stages"]])'
  [('upper', 'up-to-date'), ('join', 'up-to-date')]

What is missing is told before anything runs:

  $ cat >> dvx.yaml <<END
  >   last:
  >     cmd: cp rat copy
  >     deps: [rat]
  >     outs: [copy]
  > END
  $ dvx repro
  error: dependency 'rat' of stage 'last' does not exist
  hint: did you mean 'raw'? Correct it in dvx.yaml
  [5]
  $ rm dvx.yaml && dvx repro
  error: there is no pipeline: 'dvx.yaml' does not exist
  hint: dvx stage add * (glob)
  [5]

A stage that writes its own input is not recorded:

  $ cat > dvx.yaml <<END
  > stages:
  >   odd:
  >     cmd: cp raw out && echo more >> raw
  >     deps: [raw]
  >     outs: [out]
  > END
  $ dvx repro
  odd: running: it has never run
  odd: failed: input 'raw' changed while the stage ran
  1 failed in * s (glob)
  error: stage 'odd' failed: input 'raw' changed while the stage ran
  hint: dvx repro odd
  [1]
