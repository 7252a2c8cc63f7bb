What stages use and do not declare is seen by tracing their processes:

  $ git init -q && dvx init -q
  $ mkdir data src && echo 1 > data/a.csv && echo 2 > data/b.csv && echo 3 > data/unused.csv
  $ echo 'RATE = 2' > src/rates.py
  $ cat > src/fit.py <<'END'
  > import os, sys
  > rates = {}; exec(open("src/rates.py").read(), rates)
  > total = sum(int(open(f"data/{name}.csv").read()) for name in "ab")
  > open("model.tmp", "w").write(str(total * rates["RATE"]))
  > os.rename("model.tmp", "model")
  > open("notes", "w").write("done")
  > open("scratch", "w").close(); os.unlink("scratch")
  > if os.path.exists("wanted"): pass
  > END
  $ cat > dvx.yaml <<'END'
  > # how it is made
  > stages:
  >   fit:
  >     cmd: python3 src/fit.py   # the script
  >     deps:
  >       - src/fit.py
  >       - data/a.csv            # the first
  >       - data/unused.csv
  >     outs: [model]
  > END
  $ dvx repro --trace
  fit: running: it has never run
  warning: fit: it reads 'data/b.csv', which it does not declare
  warning: fit: it reads 'src/rates.py', which it does not declare
  warning: fit: it writes 'notes', which it does not declare
  warning: fit: it declares 'data/unused.csv' and does not read it
  fit: ran in * s (glob)
  1 ran in * s (glob)

The same as data, and the stage as it asks for it itself:

  $ sed -i 's/outs:/trace: warn\n    outs:/' dvx.yaml && rm notes
  $ dvx repro -n
  0 of 1 stage stale
  $ dvx repro -f --json 2>/dev/null | python3 -c 'import json,sys; t = json.load(sys.stdin)["data"]["stages"][0]["trace"]; print(*[(f["kind"], f["path"]) for f in t["findings"]], t["unseen"], sep="\n")'
  ('undeclared-read', 'data/b.csv')
  ('undeclared-read', 'src/rates.py')
  ('undeclared-write', 'notes')
  ('unread-dependency', 'data/unused.csv')
  []

A stage that enforces what it declares fails, and nothing is recorded:

  $ cp dvx.lock before
  $ dvx repro -f --trace=enforce 2>&1 | tail -2
  error: stage 'fit' failed: it reads 'data/b.csv', which it does not declare (and 2 more)
  hint: dvx stage fix fit
  $ cmp before dvx.lock
  $ dvx repro --trace=twice
  error: '--trace=twice' is neither 'warn' nor 'enforce'
  hint: dvx repro --trace=enforce
  [2]

What was learnt is written into dvx.yaml:

  $ dvx stage fix --dry-run --remove
  --- a/dvx.yaml
  +++ b/dvx.yaml
  @@ -5,6 +5,7 @@
       deps:
         - src/fit.py
         - data/a.csv            # the first
  -      - data/unused.csv
  +      - data/b.csv
  +      - src/rates.py
       trace: warn
  -    outs: [model]
  +    outs: [model, notes]
  $ dvx stage fix
  fit in dvx.yaml: deps +data/b.csv deps +src/rates.py outs +notes
  hint: git add dvx.yaml && dvx repro fit
  $ dvx stage fix --remove fit
  fit in dvx.yaml: deps -data/unused.csv
  hint: git add dvx.yaml && dvx repro fit
  $ cat dvx.yaml
  # how it is made
  stages:
    fit:
      cmd: python3 src/fit.py   # the script
      deps:
        - src/fit.py
        - data/a.csv            # the first
        - data/b.csv
        - src/rates.py
      trace: warn
      outs: [model, notes]
  $ dvx stage fix
  nothing to fix
  $ dvx repro --trace=enforce
  warning: stage 'fit' writes to 'notes', of which the store did not have what was there; to get that back: dvx restore --source file:a4c3ed04a95a3da14a9d235c83d868bed7c0f45cf7f3faa751ee8f50598d2211 notes.kept
  fit: running: dependency data/b.csv is new: * (glob)
  fit: ran in * s (glob)
  1 ran in * s (glob)

Static programs, emptied environments, shells, links and other programs' children are seen too:

  $ cat > static.c <<'END'
  > #include <fcntl.h>
  > #include <unistd.h>
  > int main(void) {
  >   char c;
  >   if (read(open("data/a.csv", O_RDONLY), &c, 1) != 1) return 1;
  >   return write(open("out/static", O_WRONLY | O_CREAT, 0666), &c, 1) != 1;
  > }
  > END
  $ gcc -static -o static static.c
  $ ln -s data linked
  $ cat > dvx.yaml <<'END'
  > stages:
  >   all:
  >     cmd:
  >       - mkdir out; ./static
  >       - env -i /bin/cat linked/b.csv > out/b
  >       - (cd data; sh -c 'cat < unused.csv > ../out/c'; python3 -c 'import subprocess; subprocess.run(["cat", "../src/rates.py"])')
  > END
  $ dvx repro --trace 2>&1 | grep -e warning
  warning: all: it reads 'data/a.csv', which it does not declare
  warning: all: it reads 'data/b.csv', which it does not declare
  warning: all: it reads 'data/unused.csv', which it does not declare
  warning: all: it reads 'src/rates.py', which it does not declare
  warning: all: it reads 'static', which it does not declare
  warning: all: it writes 3 files in 'out', which it does not declare

Directories, params and outputs of other stages that are declared cover what is in them:

  $ rm -rf out && echo 'rate: 1' > params.yaml
  $ cat > dvx.yaml <<'END'
  > stages:
  >   one:
  >     cmd: mkdir -p out && cat linked/a.csv params.yaml > out/x
  >     deps: [data]
  >     params: [rate]
  >     outs: [out]
  >     trace: enforce
  >   two: {cmd: cat out/x > y, deps: [{stage: one}], outs: [y], trace: enforce}
  > END
  $ dvx repro -q

Where most of a directory is read, the directory is proposed; in several files, in lists of both kinds:

  $ mkdir -p many models && for i in 1 2 3 4 5 6; do echo $i > many/$i; done
  $ echo 'stages: {sum: {cmd: cat many/* > total}}' > dvx.yaml
  $ cat > models/dvx.yaml <<'END'
  > stages:
  >   copy:
  >     cmd: cat ../data/a.csv > model
  > END
  $ dvx repro -f --trace 2>&1 | grep warning | sort
  warning: models:copy: it reads 'data/a.csv', which it does not declare
  warning: models:copy: it writes 'models/model', which it does not declare
  warning: sum: it reads 6 files in 'many', which it does not declare
  warning: sum: it writes 'total', which it does not declare
  $ dvx stage fix -q && cat dvx.yaml models/dvx.yaml
  stages: {sum: {cmd: cat many/* > total, deps: [many], outs: [total]}}
  stages:
    copy:
      cmd: cat ../data/a.csv > model
      deps:
        - ../data/a.csv
      outs:
        - model

What is generated is changed by hand:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   each:
  >     foreach: [a, b]
  >     do: {cmd: "cat data/${item}.csv > copy-${item}", outs: ["copy-${item}"]}
  > END
  $ dvx repro -q --trace=warn each@a 2>/dev/null
  $ dvx stage fix each@a
  error: stage 'each@a' cannot be changed here: it is generated from 'each'
  hint: by hand in dvx.yaml: add to 'deps' data/a.csv
  [1]
  $ dvx stage fix each@b
  error: stage 'each@b' was not run with --trace
  hint: dvx repro -f -s --trace each@b
  [5]

A process that goes on by itself keeps its files, and a stage that is stopped does not hang:

  $ cat > dvx.yaml <<'END'
  > stages:
  >   leaves: {cmd: setsid sh -c 'sleep 0.5; cat data/a.csv > late' >/dev/null 2>&1 & sleep 0.1}
  >   hangs: {cmd: python3 -c 'import time; time.sleep(60)', timeout: 0.5s}
  > END
  $ dvx repro -q --trace leaves 2>/dev/null; until [ -s late ]; do sleep 0.1; done; cat late
  1
  $ dvx repro -q --trace hangs
  error: stage 'hangs' failed: 'python3 -c 'import time; time.sleep(60)'' was stopped: its timeout of 0.5 s was over
  hint: dvx logs hangs
  [1]

A trace within a trace is refused, and an ordinary user may trace:

  $ mkdir inner && cat > dvx.yaml <<'END'
  > stages:
  >   outer: {cmd: 'cd inner && git init -q && dvx init -q && printf "stages: {s: {cmd: \"true\"}}" > dvx.yaml && dvx repro -q --trace'}
  > END
  $ dvx repro --trace 2>&1 | grep error: | head -1
  outer | error: this command is traced already, and its commands cannot be traced once more
  $ place=$(mktemp -d /tmp/dvx-trace-XXXXXX) && cp "$(command -v dvx)" $place/
  $ as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=$place "$@"; else "$@"; fi; }
  $ [ "$(id -u)" != 0 ] || chown -R 65534:65534 $place
  $ (cd $place && as_user git init -q && as_user ./dvx init -q && as_user sh -c 'echo x > x; echo "stages: {s: {cmd: cat x > y}}" > dvx.yaml' && as_user ./dvx repro --trace 2>&1 | grep warning)
  warning: s: it reads 'x', which it does not declare
  warning: s: it writes 'y', which it does not declare
  $ rm -rf $place
