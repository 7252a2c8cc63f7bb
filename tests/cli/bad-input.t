What is wrong is named, with its own exit status, and nothing is lost.

Not a repository, neither git's nor dvx's:

  $ dvx status
  error: '*' is not in a dvx repository (glob)
  hint: git init && dvx init
  [10]
  $ git init -q && dvx init -q && git commit -qm start
  $ dvx add /etc/hostname
  error: '/etc/hostname' lies outside of the repository '*' (glob)
  [2]

A file that this user may not read (typed as an ordinary user, since root may read everything):

  $ mkdir data && echo 1 > data/one && echo 2 > data/two && chmod 000 data/two
  $ chown -R 65534:65534 . && as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$PWD" "$@"; }
  $ as_nobody git config --global user.email n@example.org && as_nobody git config --global user.name Nobody
  $ as_nobody dvx add data
  error: cannot open 'data/two': Permission denied
  [74]
  $ ls data.dvx
  ls: cannot access 'data.dvx': No such file or directory
  [2]
  $ chmod 644 data/two && as_nobody dvx add -q data && chown -R 0:0 .

A pointer whose object is nowhere:

  $ rm -r data .dvx/store && dvx checkout
  * (glob)
  hint: dvx fetch
  [5]
  $ git status --short -- data.dvx
  A  data.dvx

  $ echo 1 > safe && dvx add -q safe
  $ dvx cat no-such-revision:safe
  error: *no-such-revision* (glob)
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
  fails: running, as it has never run
  fails | about to fail
  error: * (glob)
  [1]
  $ dvx repro -q killed
  *signal 9* (glob)
  [1]
  $ dvx repro -q selfish
  *'notes'*changed while* (glob)
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
