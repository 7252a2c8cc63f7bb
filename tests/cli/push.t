  $ git init -q proj && cd proj && dvx init -q
  $ mkdir data && printf 'a\n' > data/a.csv && printf 'b\n' > data/b.csv && mkdir data/empty
  $ echo one > one.txt
  $ dvx add -q data one.txt && git commit -qm "Add data"

Without a remote:

  $ dvx push
  error: there is no remote yet
  hint: dvx remote add -d origin /path/to/a/directory
  [5]

Everything goes, once:

  $ dvx remote add -q -d origin ../remote
  $ dvx push
  5 objects sent to 'origin' (* B) (glob)
  $ dvx push
  everything is on 'origin' already
  $ dvx push -q
  $ ls ../remote
  dvx-remote.json
  index
  packs
  roots
  $ cat ../remote/dvx-remote.json
  {"dvx-remote":1}
  $ ls ../remote/roots/*/* | wc -l
  1

What is new goes, by path too:

  $ echo two > two.txt && echo three > three.txt && dvx add -q two.txt three.txt
  $ dvx push two.txt
  1 object sent to 'origin' (4 B)
  $ dvx push data/a.csv
  everything is on 'origin' already
  $ dvx push three.txt.dvx --json
  {"dvx":1,"command":"push","ok":true,"exit":0,"data":{"changed_links":[],"remotes":[{"already_there":0,"bytes":6,"damaged":[],"missing":[],"missing_runs":[],"objects":1,"remote":"origin","url":"../remote"}]},"warnings":[],"errors":[]}
  $ dvx push data/c.csv
  error: there is no 'data/c.csv' in the tracked 'data'
  hint: dvx ls data
  [5]
  $ dvx push nothing
  error: 'nothing' is not tracked
  hint: dvx ls
  [5]
  $ dvx push -r orign
  error: no remote 'orign'; did you mean 'origin'?
  hint: dvx remote list
  [5]

An object that is nowhere is named, with its path:

  $ rm -r .dvx/store ../remote
  $ dvx push one.txt
  error: 'one.txt' (2c8b08da5ce6) is missing here and on 'origin'
  hint: dvx fetch -r <another remote>
  [5]
