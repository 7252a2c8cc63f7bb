What is wrong is named, with its own exit status, and nothing is lost.

Not a repository, neither git's nor dvx's:

  $ dvx status
  error: not a dvx repository: '*' (nor any directory above) (glob)
  hint: dvx init
  [10]
  $ git init -q && dvx init -q && git commit -qm start
  $ dvx add /etc/hostname
  error: '/etc/hostname' lies outside of the repository '*' (glob)
  [2]

A file that this user may not read (typed as an ordinary user, since root may read everything):

  $ place=$(mktemp -d /tmp/dvx-nobody-XXXXXX) && chown 65534:65534 "$place"
  $ as_nobody() { (cd "$place" && setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$place" "$@"); }
  $ as_nobody git config --global user.email n@example.org && as_nobody git config --global user.name Nobody
  $ as_nobody sh -c 'git init -q && dvx init -q && mkdir data && echo 1 > data/one && echo 2 > data/two && chmod 000 data/two'
  $ as_nobody dvx add data
  error: cannot open 'data/two': Permission denied
  [74]
  $ ls "$place/data.dvx" 2>/dev/null
  [2]
  $ as_nobody sh -c 'chmod 644 data/two && dvx add -q data' && rm -r "$place"

A pointer whose object is nowhere:

  $ mkdir data && echo 1 > data/one && dvx add -q data && rm -r data .dvx/store && dvx checkout
  nothing to change
  error: objects of 'data' (b8ce6cddb47c) are not in the store
  hint: dvx pull data
  [5]
  $ git status --short -- data.dvx
  A  data.dvx
  $ echo 1 > safe && dvx add -q safe
  $ dvx cat no-such-revision:safe
  error: *no-such-revision* (glob)
  hint: git log --oneline --all
  [5]

A stage that fails, one that is killed, one that writes to what it reads:

  $ cat > dvx.yaml <<END
  > stages:
  >   fails:
  >     cmd: echo about to fail; exit 3
  >     outs: [a]
  >   killed:
  >     cmd: kill -9 \$\$
  >     outs: [b]
  >   selfish:
  >     cmd: echo more >> notes && cp notes c
  >     deps: [notes]
  >     outs: [c]
  > END
  $ echo note > notes
  $ dvx repro fails
  fails: running: it has never run
  fails | about to fail
  fails: failed: 'echo about to fail; exit 3' exited with status 3
  1 failed in * s (glob)
  error: stage 'fails' failed: 'echo about to fail; exit 3' exited with status 3
  hint: dvx logs fails
  [1]
  $ dvx repro -q killed
  *signal 9* (glob)
  hint: dvx logs killed
  [1]
  $ dvx repro -q selfish
  *'notes'*changed while* (glob)
  hint: dvx repro selfish
  [1]
  $ cat notes
  note
  more
  $ ls dvx.lock
  ls: cannot access 'dvx.lock': No such file or directory
  [2]

A dependency that is not there, with the name that was meant:

  $ sed -i 's/deps: \[notes\]/deps: [note]/' dvx.yaml
  $ dvx repro selfish
  error: *'note'* (glob)
  hint: * (glob)
  [5]
