Commands that look work in a repository that nobody can write to. The mount is made without privileges:

  $ ro() { bwrap --dev-bind / / --ro-bind "$PWD" "$PWD" "$@"; }
  $ mkdir ann && cd ann && git init -q && dvx init -q && mkdir d && seq 5 > d/a && seq 9 > f && dvx add -q d f
  $ cat > dvx.yaml <<END
  > stages:
  >   sum:
  >     cmd: cat f > o
  >     deps: [f]
  >     outs: [o]
  > END
  $ dvx repro -q && dvx remote add -d r ../remote > /dev/null && git add -A && git commit -qm start && dvx push -q
  $ ro touch x
  touch: cannot touch 'x': Read-only file system
  [1]
  $ ro dvx status
  everything is as recorded
  $ ro dvx stages
  stage  state * (glob)
  sum    up to date * (glob)
  $ ro dvx why
  sum is up to date since run * of * (glob)
  $ ro dvx verify
  \xe2\x9c\x93 verified: 1 stage, 1 run record, 3 objects (91 B) (esc)
  $ ro dvx repro --dry-run
  0 of 1 stage stale
  $ ro dvx cat f | tail -1
  9
  $ ro dvx ls d
  f6b49467f595       10 B  d/a
  $ for each in diff log dag "lineage o" logs queue fsck gc "hooks status" "schema check" "stage list" "trust --show" config doctor; do ro dvx $each > /dev/null 2> ../err || { echo "$each: $?"; cat ../err; }; done
  $ git status --porcelain
  $ echo more >> d/a && ro dvx status
  data that is not as recorded:
    modified  d  (1 modified)
      modified  d/a
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ ro dvx diff
  data
    modified d/ (1 file, 10 B -> 1 file, 15 B)
      modified a (10 B -> 15 B)

What dvx keeps for speed may be absent:

  $ rm -rf .dvx/index.db .dvx/pipeline.cache .dvx/tmp && ro dvx status
  data that is not as recorded:
    modified  d  (1 modified)
      modified  d/a
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ ro dvx stages
  stage  state * (glob)
  sum    up to date * (glob)

A fresh clone has no store, and gets none by being looked at:

  $ cd .. && git clone -q ann bob && cd bob && ro dvx status
  data that is not as recorded:
    missing   d  (and not in the store)
    missing   f  (and not in the store)
  stages that are stale:
    blocked   sum
      dependency f is missing
  hint: dvx pull
  $ ro dvx stages
  stage  state       last run            took           cpu    memory
  sum    blocked     -                      -             -         -
  $ ro dvx diff
  data
    removed  d/ (1 file, 10 B)
      (its former contents are not in the store)
    removed  f (18 B)
    removed  o (18 B)
  $ ro dvx doctor | grep store
  warn store: on a read-only file system: dvx can look, and change nothing (*/bob/.dvx/store) (glob)
  ok   sharing: the store is this user's own
  ok   file system: workspace on *, store on * (glob)
  $ ls -A .dvx
  .gitignore
  config

A command may make its output read-only, which root does not notice. It runs again, and its output is brought back, in directories that keep their mode:

  $ as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=$place "$@"; else "$@"; fi; }
  $ place=$(mktemp -d /tmp/dvx-nobody-XXXXXX) && { chown 65534:65534 $place 2> /dev/null; true; } && cd $place && cat > story <<'END'
  > git init -q && dvx init -q && git config user.name N && git config user.email n@example.com
  > printf 'stages:\n  s: {cmd: "mkdir -p out/deep && cp in out/deep/a && chmod -R a-w out", deps: [in], outs: [out]}\n' > dvx.yaml
  > echo 1 > in && dvx repro -q && cp dvx.lock lock1
  > echo 2 > in && dvx repro -q && cat out/deep/a
  > cp lock1 dvx.lock && dvx checkout && cat out/deep/a && stat -c %A out out/deep
  > echo 2 > in && dvx repro && cat out/deep/a
  > END
  $ as_user sh story
  2
  1 file replaced
  1
  dr-xr-xr-x
  dr-xr-xr-x
  s: restored from run * (glob)
  1 restored in * (glob)
  2
  $ chmod -R u+w $place && rm -r $place
