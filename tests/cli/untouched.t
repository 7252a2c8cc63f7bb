Bytes at the place of an output that nobody stored are not lost.

  $ git init -q && dvx init -q && git commit -qm start
  $ printf 'stages:\n  a: {cmd: cp in out, deps: [in], outs: [out]}\n' > dvx.yaml
  $ echo 1 > in; echo "hours of work" > out

Before the first run it is nobody's output:

  $ dvx repro -q
  error: stage 'a' failed: 'out' is there already, no run made it, and it is not stored: the stage would overwrite it
  hint: mv out out.kept, or to store it and go on: dvx repro --force a
  [1]
  $ cat out
  hours of work
  $ dvx repro -q --force && cat out
  warning: stage 'a' writes to 'out', of which the store did not have what was there; to get that back: dvx restore --source file:38d0289b81648d2ce4138f37a85fa50382391ca960c8e725deea2914322395fc out.kept
  1
  $ rm out; dvx repro -q && cat out
  1

Edited by hand:

  $ echo "edited by hand" > out && echo 2 > in && dvx repro -q
  warning: stage 'a' writes to 'out', of which the store did not have what was there; to get that back: dvx restore --source file:df97460881f270d6a559ab7f9594e3403ac50ca15098fe58ff7a489ec2aa81f6 out.kept
  $ dvx restore --source file:df97460881f270d6a559ab7f9594e3403ac50ca15098fe58ff7a489ec2aa81f6 out.kept && cat out.kept
  1 file created
  edited by hand

What a failed first run left is its own:

  $ printf 'stages:\n  b: {cmd: "echo half > half; exit 3", outs: [half]}\n' > dvx.yaml
  $ dvx repro -q
  error: stage 'b' failed: 'echo half > half; exit 3' exited with status 3
  hint: dvx logs b
  [1]
  $ sed -i 's/; exit 3//' dvx.yaml && dvx repro -q && cat half && ls .dvx | grep begun
  warning: stage 'b' writes to 'half', of which the store did not have what was there; to get that back: dvx restore --source file:741cda0b2efdfdda8840c4c82053a226d6d6d881b8c4311ba1f2c3ba16804d56 half.kept
  half
  [1]

A file that a .dvxignore hides cannot be stored, so a directory that holds one is left alone before the first run. Later the directory is the stage's own:

  $ printf 'stages:\n  c: {cmd: "mkdir -p dir && echo 1 > dir/a && echo 1 > dir/a.log", outs: [dir]}\n' > dvx.yaml
  $ echo '*.log' > .dvxignore && mkdir -p dir/deep && echo notes > dir/deep/my.log
  $ dvx repro -q
  error: stage 'c' failed: 'dir' is there already, no run made it, and dvx does not store its 'dir/deep/my.log': the stage would remove it
  hint: mv dir dir.kept
  [1]
  $ mv dir dir.kept && dvx repro -q && ls dir && rm dir/a && dvx repro -q --force && ls dir
  a
  a.log
  a
  a.log

A directory of which one file was edited is stored before it is written over, and so is an output that persists. A file that git has is not:

  $ git init -q ../kept && cd ../kept && dvx init -q
  $ cat > dvx.yaml <<'END'
  > stages:
  >   dir: {cmd: mkdir d && echo 1 > d/a && echo 2 > d/b, deps: [in], outs: [d]}
  >   log: {cmd: cat in >> log, deps: [in], outs: [log: {persist: true}]}
  >   git: {cmd: cp in m.json, deps: [in], metrics: [m.json: {cache: false}]}
  > END
  $ echo 1 > in && dvx repro -q && git add -A && git commit -qm one
  $ echo edited >> d/a; echo note >> log; echo 2 > in; dvx repro -q -j1 2> kept; sort kept | sed 's/[0-9a-f]\{64\}/ID/'
  warning: stage 'dir' writes to 'd', of which the store did not have what was there; to get that back: dvx restore --source tree:ID d.kept
  warning: stage 'log' writes to 'log', of which the store did not have what was there; to get that back: dvx restore --source file:ID log.kept
  $ sed -n 's/.*back: //p' kept | sh && cat d.kept/a d.kept/b log.kept
  2 files created
  1 file created
  1
  edited
  2
  1
  note

What was stored outlives a garbage collection, as runs do:

  $ rm -r d.kept log.kept && dvx gc --apply --no-grace --prune-now > /dev/null && sed -n 's/.*back: //p' kept | sh && cat log.kept
  2 files created
  1 file created
  1
  note
