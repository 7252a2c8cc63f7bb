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
