  $ git init -q proj && cd proj && dvx init -q
  $ mkdir -p data/sub && printf 'a\n' > data/sub/a.csv && printf 'b\n' > data/b.csv && echo one > one.txt
  $ dvx add -q data one.txt
  $ dvx remote add -d origin ../remote
  remote 'origin' is ../remote, the default
  $ git add -A && git commit -qm "Add data"

Nothing has been pushed yet:

  $ dvx fetch
  error: nothing has been pushed to remote 'origin' at '../remote', or it is not there
  hint: dvx push
  [5]
  $ dvx push
  5 objects sent to 'origin' (* B) (glob)

A fetch fills the store and leaves the workspace as it is:

  $ git clone -q . ../clone && cd ../clone
  $ dvx fetch one.txt
  1 object received from 'origin' (4 B)
  $ dvx fetch
  4 objects received from 'origin' (* B), 1 object already here (glob)
  $ dvx fetch
  everything is here already
  $ ls
  data.dvx
  one.txt.dvx

A file inside of a tracked directory brings what leads to it and nothing else:

  $ git clone -q ../proj ../third && cd ../third
  $ dvx fetch data/sub/a.csv
  3 objects received from 'origin' (* B) (glob)
  $ dvx fetch data/sub/nothing
  error: there is no 'data/sub/nothing' in the tracked 'data/sub'
  hint: dvx ls data/sub
  [5]

What is nowhere is named, and the rest comes:

  $ cd ../proj && echo lost > lost.txt && dvx add -q lost.txt && git add -A && git commit -qm "Add lost"
  $ cd ../third && git pull -q && dvx fetch
  * objects received from 'origin' (* B), * already here (glob)
  error: 'lost.txt' (ed1d1a8db09e) is missing here and on 'origin'
  hint: dvx push   (in a clone that has it)
  [5]
