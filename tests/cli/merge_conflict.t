A merge that both sides changed leaves marks in a pointer file.

  $ git init -q -b main && dvx init -q && git commit -qm start && dvx remote add -q -d r ../remote
  $ echo f > f.txt && echo g > g.txt && dvx add -q f.txt g.txt && dvx commit -qm base
  $ git checkout -q -b other && echo theirs >> f.txt && dvx commit -qam theirs
  $ git checkout -q main && dvx checkout -q && echo ours >> f.txt && dvx commit -qam ours
  $ git merge -q other >/dev/null
  [1]
  $ dvx status
  data that is not as recorded:
    conflict  f.txt.dvx
      f.txt.dvx:2: this file has a merge conflict, between 'HEAD' and 'other'
  hint: dvx add f.txt   (when the data is as it shall be)
  $ dvx status --exit-code >/dev/null
  hint: dvx add f.txt   (when the data is as it shall be)
  [1]
  $ dvx ls
             -          -  f.txt  (its pointer file has a merge conflict)
  768c71d785bf        2 B  g.txt

What needs the file says so; what does not goes on:

  $ dvx push
  error: f.txt.dvx:2: this file has a merge conflict, between 'HEAD' and 'other'
  hint: dvx add f.txt   (when the data is as it shall be)
  [2]
  $ dvx push g.txt
  1 object sent to 'r' (2 B)
  $ dvx checkout g.txt
  nothing to change
  $ dvx commit -m merged
  error: f.txt.dvx:2: this file has a merge conflict, between 'HEAD' and 'other'
  hint: dvx add f.txt   (when the data is as it shall be)
  [2]
  $ dvx rm f.txt
  error: f.txt.dvx:2: this file has a merge conflict, between 'HEAD' and 'other'
  hint: dvx add f.txt   (when the data is as it shall be)
  [2]

"dvx add" of the merged data puts it right:

  $ printf 'f\nours\ntheirs\n' > f.txt && dvx add f.txt
  updated f.txt  14 B  d416311dd31b
  $ git status --porcelain f.txt.dvx && dvx status && git commit -qm merged
  M  f.txt.dvx
  everything is as recorded

A pipeline, its parameters and its lock:

  $ printf 'stages:\n  s:\n    cmd: echo 1 > o\n    outs: [o]\n    params: [p]\n' > dvx.yaml && echo 'p: 1' > params.yaml
  $ dvx repro -q && git add -A && git commit -qm p
  $ cat > marks.py <<'END'
  > import sys
  > text = open(sys.argv[1]).read()
  > open(sys.argv[1], "w").write("<<<<<<< HEAD\n" + text + "=======\n" + text + ">>>>>>> other\n")
  > END
  $ python3 marks.py dvx.yaml && dvx stage list
  error: dvx.yaml:1: this file has a merge conflict, between 'HEAD' and 'other'
  hint: git add dvx.yaml   (when you have edited it)
  [2]
  $ echo changed > g.txt && dvx status; dvx checkout -q --force g.txt
  data that is not as recorded:
    modified  g.txt
    conflict  dvx.yaml
      dvx.yaml:1: this file has a merge conflict, between 'HEAD' and 'other'
  hint: git add dvx.yaml   (when you have edited it)
  error: dvx.yaml:1: this file has a merge conflict, between 'HEAD' and 'other'
  hint: git add dvx.yaml   (when you have edited it)
  [2]
  $ git checkout -q dvx.yaml && python3 marks.py params.yaml && dvx repro
  error: params.yaml:1: this file has a merge conflict, between 'HEAD' and 'other'
  hint: git add params.yaml   (when you have edited it)
  [2]
  $ git checkout -q params.yaml && python3 marks.py dvx.lock && dvx repro
  error: dvx.lock:1: this file has a merge conflict, between 'HEAD' and 'other'
  hint: git checkout --theirs -- dvx.lock && dvx repro
  [2]
