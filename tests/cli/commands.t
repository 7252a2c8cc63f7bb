A command of several lines ends at the line that fails; blocks, lists and conditions work.

  $ git init -q && dvx init -q
  $ cat > dvx.yaml <<'END'
  > stages:
  >   first:
  >     cmd: |
  >       cat missing.csv > part
  >       echo done > o1
  >     outs: [o1]
  >   blocks:
  >     cmd: |
  >       if [ -e nothing ]; then
  >         echo no > o2
  >       else
  >         echo yes > o2
  >       fi
  >       false || true
  >       for i in 1 2; do
  >         echo $i >> o2
  >       done
  >       cat >> o2 <<X
  >       here
  >       X
  >     outs: [o2]
  > END
  $ dvx repro -q -k
  error: stage 'first' failed: 'cat missing.csv > part ...' exited with status 1
  hint: dvx logs first
  [1]
  $ cat o2; ls o1
  yes
  1
  2
  here
  ls: cannot access 'o1': No such file or directory
  [2]
