With core.link = hardlink a file of the workspace is the store's own. Somebody writes into one:

  $ git init -q repo && cd repo && dvx init -q && dvx config core.link hardlink
  $ dvx remote add -d origin ../remote > /dev/null
  $ mkdir data && seq 3 > data/a && seq 5 > data/b && dvx add -q data && git commit -qm "Data"
  $ rm -r data && dvx checkout -q && dvx push | sed 's/(.*)/(* kB)/'
  3 objects sent to 'origin' (* kB)
  $ seq 7 > data/c && dvx add -q data && rm -r data && dvx checkout -q
  $ chmod u+w data/c && echo oops >> data/c

A dry run of gc says so and changes nothing:

  $ dvx gc --json > gc.json
  [6]
  $ python3 -c "import json; print(json.load(open('gc.json'))['data']['changed_links'][0]['paths'], json.load(open('gc.json'))['data']['changed_links'][0]['kept'])"
  ['data/c'] 
  $ stat -c %h data/c
  2

Push sends nothing wrong, sets the object aside, and makes data/c a file of its own that keeps what it has:

  $ dvx push
  1 object sent to 'origin' * (glob)
  error: 'data/c' is linked to object *, which was written into; its bytes are kept in 'quarantine/*' (glob)
  hint: dvx add data/c   (records what it is now), or dvx fsck --repair (fetches what it was)
  error: 'data/c' (*) is damaged in the store and was not sent (glob)
  hint: dvx fsck --repair
  [6]
  $ tail -1 data/c && stat -c '%h %A' data/c && ls .dvx/store/quarantine | wc -l
  oops
  1 -rw-r--r--
  1

It is a change like any other now:

  $ dvx status 2> /dev/null | head -3
  data that is not as recorded:
    modified  data  (1 modified)
      modified  data/c
  $ dvx add -q data && dvx push && dvx fsck --read-data > /dev/null && dvx gc > /dev/null
  * objects sent to 'origin' * (glob)

What a remote has comes back from there:

  $ rm -r data && dvx checkout -q && chmod u+w data/a && echo oops >> data/a && dvx push > /dev/null
  error: 'data/a' is linked to object *, which was written into; its bytes are kept in 'quarantine/*' (glob)
  hint: dvx add data/a   (records what it is now), or dvx fsck --repair (fetches what it was)
  [6]
  $ dvx fsck --repair > /dev/null && dvx checkout --force && cat data/a
  1 file replaced
  1
  2
  3

Through a symlink too:

  $ dvx config core.link symlink && rm -r data && dvx checkout -q && chmod u+w data/b && echo oops >> data/b
  $ dvx gc --apply > /dev/null
  error: 'data/b' is linked to object *, which was written into; its bytes are kept in 'quarantine/*' (glob)
  hint: * (glob)
  [6]
  $ test -L data/b || tail -1 data/b
  oops
