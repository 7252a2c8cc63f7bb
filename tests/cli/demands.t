What stages ask of the machine and of the scheduler:

  $ git init -q && dvx init -q
  $ cat > once.sh <<'END'
  > mkdir lock || { echo "two at once"; exit 1; }
  > sleep 0.1; rmdir lock; touch $1
  > END
  $ cat > dvx.yaml <<END
  > stages:
  >   one: {cmd: sh once.sh o1, outs: [o1], mutex: database}
  >   two: {cmd: sh once.sh o2, outs: [o2], mutex: [database, network]}
  >   wide: {cmd: sh once.sh o3, outs: [o3], resources: {cpus: 64}, mutex: database}
  > END
  $ dvx repro -q -j4 2>/dev/null; ls o1 o2 o3
  o1
  o2
  o3

A stage that asks for all processors runs alone:

  $ cat > dvx.yaml <<END
  > stages:
  >   one: {cmd: sh once.sh p1, outs: [p1], resources: {cpus: 2}}
  >   two: {cmd: sh once.sh p2, outs: [p2], resources: {cpus: 2}}
  > END
  $ dvx repro -q -j3 2>/dev/null; ls p1 p2
  p1
  p2

What takes too long is stopped; what fails is tried again:

  $ cat > dvx.yaml <<END
  > stages:
  >   slow: {cmd: sleep 60, timeout: 0.2s}
  > END
  $ dvx repro -q
  error: stage 'slow' failed: 'sleep 60' was stopped: its timeout of 0.2 s was over
  hint: dvx logs slow
  [1]
  $ cat > dvx.yaml <<END
  > stages:
  >   shaky: {cmd: 'echo x >> tries; echo attempt \$(wc -l < tries); test \$(wc -l < tries) -eq 3 && cp tries done', outs: [done], retries: 2}
  > END
  $ dvx repro 2>&1 | grep -v running
  shaky | attempt 1
  shaky: failed, retry 1 of 2
  shaky | attempt 2
  shaky: failed, retry 2 of 2
  shaky | attempt 3
  shaky: ran in * s (glob)
  1 ran in * s (glob)
  $ rm tries && sed -i 's/retries: 2/retries: 1/' dvx.yaml && dvx repro
  1 up to date in * s (glob)
  $ dvx repro -f 2>&1 | tail -2
  error: * (glob)
  hint: dvx logs shaky

GPUs are given out one by one:

  $ cat > dvx.yaml <<END
  > stages:
  >   a: {cmd: 'echo \$CUDA_VISIBLE_DEVICES > ga; until [ -e gb ]; do sleep 0.05; done', outs: [ga], resources: {gpus: 1}}
  >   b: {cmd: 'echo \$CUDA_VISIBLE_DEVICES > gb; until [ -e ga ]; do sleep 0.05; done', outs: [gb], resources: {gpus: 1}}
  > END
  $ dvx config core.gpus 2 && dvx repro -q -j2 2>/dev/null; cat ga gb
  0
  1
  $ dvx config core.gpus 0 && dvx repro
  error: stage 'a' needs 1 GPUs, and this machine has 0
  hint: dvx config core.gpus <how many there are>
  [2]

None of it makes a stage stale:

  $ dvx config core.gpus 1 && sed -i 's/gpus: 1/gpus: 1, cpus: 3/' dvx.yaml && dvx repro
  2 up to date in * s (glob)
