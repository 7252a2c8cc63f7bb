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

A line that fails ends an item of a list too, and a loop of another shell. Conditions, functions, continued lines, texts that are read as input, and `set +e` mean what they mean to the shell:

  $ git init -q lines && cd lines && dvx init -q
  $ cat > dvx.yaml <<'END'
  > stages:
  >   listed:
  >     cmd:
  >       - |
  >         false
  >         echo done > o2
  >     outs: [o2]
  >   in-loop:
  >     shell: bash
  >     cmd: |
  >       for i in 1 2; do
  >         false
  >       done
  >       echo done > o3
  >     outs: [o3]
  >   fine:
  >     cmd: |
  >       # a comment, and then blocks
  >       if [ -e nothing ]; then
  >         echo no > o4
  >       else
  >         echo yes > o4
  >       fi
  >       add() {
  >         echo $1 >> o4
  >       }
  >       false || add or
  >       [ -e nothing ] && add never
  >       cat >> o4 <<E
  >       false
  >       E
  >       X=variable
  >       mkdir -p sub && cd sub
  >       echo "$X" \
  >         >> ../o4
  >       (
  >         cd ..
  >         add subshell
  >       )
  >       set +e
  >       false
  >       case $X in
  >         v*) echo case >> ../o4 ;;
  >       esac
  >     outs: [o4]
  > END
  $ dvx repro -q -k
  error: stage 'listed' failed: 'false ...' exited with status 1
  hint: dvx logs listed
  error: stage 'in-loop' failed: 'for i in 1 2; do ...' exited with status 1
  hint: dvx logs in-loop
  [1]
  $ ls o?; cat o4
  o4
  yes
  or
  false
  variable
  subshell
  case
  $ dvx repro -q fine && dvx why --not fine | head -2
  fine is up to date since run * (glob)
    command: the same, # a comment, and then blocks \xe2\x80\xa6 (esc)
