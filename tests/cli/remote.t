Remotes are named in .dvx/config:

  $ git init -q proj && cd proj && dvx init -q
  $ dvx remote list
  hint: dvx remote add -d origin /path/to/a/directory
  $ dvx remote add -d origin ../store
  remote 'origin' is ../store, the default
  $ dvx remote add spare file:///srv/spare
  remote 'spare' is file:///srv/spare
  $ dvx remote list
  origin  ../store  (default)
  spare   file:///srv/spare
  $ dvx remote
  origin  ../store  (default)
  spare   file:///srv/spare

A relative path is seen from where the user is, and kept as seen from the root:

  $ mkdir deep && cd deep && dvx remote add near ../../near && cd ..
  remote 'near' is ../near

A name that is taken, one that cannot be, and a place nobody can speak to:

  $ dvx remote add origin /elsewhere
  error: there is a remote 'origin' already
  hint: dvx remote add -f origin /elsewhere
  [1]
  $ dvx remote add -f origin ../other
  remote 'origin' is ../other, the default
  $ dvx remote add 'a b' /elsewhere
  error: 'a b' cannot be the name of a remote: use letters, digits, '.', '_' and '-'
  hint: dvx remote add origin /path/to/a/directory
  [2]
  $ dvx remote add cloud gopher://host/path
  error: remote url 'gopher://host/path' has the scheme 'gopher', which this dvx does not speak (it speaks: file)
  hint: dvx remote add -f origin /path/to/a/directory
  [2]

The default is chosen, and a remote is forgotten:

  $ dvx remote default spare
  remote 'spare' is the default
  $ dvx remote remove spare
  remote 'spare' is forgotten; what is at file:///srv/spare stays
  $ dvx remote remove spar
  error: no remote 'spar'
  hint: dvx remote list
  [5]
  $ dvx remote list --json
  {"dvx":1,"command":"remote list","ok":true,"exit":0,"data":{"remotes":[{"default":false,"name":"near","url":"../near"},{"default":false,"name":"origin","url":"../other"}]},"warnings":[],"errors":[]}
  $ dvx push
  error: there are several remotes and none is the default
  hint: dvx remote default near
  [2]

'~' is the home directory, though no shell has seen it; that of somebody else is not understood:

  $ cd .. && git init -q home && cd home && dvx init -q && echo 1 > f && dvx add -q f
  $ dvx remote add -d r '~/data'
  remote 'r' is ~/data, the default
  $ dvx push && ls ~/data && ls
  1 object sent to 'r' (2 B)
  dvx-remote.json
  index
  packs
  roots
  f
  f.dvx
  $ dvx remote add x '~root/data'
  error: remote '~root/data' begins with '~': only '~/' is understood, the home directory of whoever runs dvx
  hint: write the whole path, or './~\xe2\x80\xa6' for a file of that name (esc)
  [2]
  $ dvx remote add x './~'
  error: a remote cannot be in the work tree, and './~' leads to '*/home/~' (glob)
  hint: dvx remote add -f -d origin ~/dvx-remote
  [2]

A remote in the work tree, in the store or in git's own directory is none, by whatever way it leads there:

  $ ln -s "$PWD" ../into
  $ for place in . sub/remote .dvx/store/x .git/x ../into/sub file://$PWD/x; do dvx remote add x $place > /dev/null 2>&1; echo $?; done | uniq -c
        6 2
  $ git config -f .dvx/config remote.r.url sub && dvx push
  error: a remote cannot be in the work tree, and 'sub' leads to '*/home/sub' (glob)
  hint: dvx remote add -f -d origin ~/dvx-remote
  [2]

Nor is a directory that has other things in it; what lies there is left alone:

  $ mkdir -p ../docs/.tmp && echo precious > ../docs/.tmp/letter && touch -d '9 days ago' ../docs/.tmp/letter && echo 1 > ../docs/mine
  $ dvx remote add -f r ../docs && dvx push
  remote 'r' is ../docs, the default
  error: remote 'r' at '../docs' is no remote of dvx yet, and there are other things, such as 'mine': it has to begin in an empty directory
  hint: dvx remote add -f r ../docs/dvx-remote
  [2]
  $ rm ../docs/mine && dvx push && cat ../docs/.tmp/letter
  1 object sent to 'r' (2 B)
  precious
