  $ git init -q proj && cd proj && dvx init -q
  $ mkdir data && seq 1 20000 > data/numbers.csv && echo small > data/small.csv
  $ dvx add -q data && git commit -qm "Add data"
  $ dvx remote add -d origin ../remote
  remote 'origin' is ../remote, the default
  $ dvx push
  * objects sent to 'origin' (* kB) (glob)
  $ dvx fsck
  checked * (glob)
  $ dvx fsck --quick
  checked * (glob)

A flipped byte is found, and the path that needs it is named:

  $ flip() { chmod u+w $1; python3 -c "import sys; f = open('$1', 'r+b'); f.seek(5000); b = f.read(1); f.seek(5000); f.write(bytes([b[0] ^ 1]))"; }
  $ flip $(find .dvx/store/packs -name '*.pack' -size +8k | head -1)
  $ dvx fsck
  damaged: packs/*.pack at *: * (glob)
    needed by data/numbers.csv (*) (glob)
  checked * (glob)
  hint: dvx fsck --repair
  [6]

It is not spread, and it is mended from the remote:

  $ dvx fsck --repair
  damaged: packs/*.pack at *: * (glob)
    needed by data/numbers.csv (*) (glob)
  repaired: 1 frame fetched, 1 damaged file kept in quarantine
  checked * (glob)
  $ dvx fsck
  checked * (glob)
  $ dvx cat data/numbers.csv | cmp - data/numbers.csv

What is not here is told, and fetched too:

  $ rm -r .dvx/store/packs/*
  $ dvx fsck
  not here: data (*) (glob)
  checked * (glob)
  hint: dvx fetch
  [1]
  $ dvx fsck --repair
  * objects fetched that were not here (glob)
  checked * (glob)
  $ dvx fsck --json | python3 -c "import json, sys; d = json.load(sys.stdin); print(d['ok'], d['exit'], d['data']['missing'])"
  True 0 []

Damage that no remote can mend stays damage:

  $ rm -r ../remote
  $ flip $(find .dvx/store/packs -name '*.pack' -size +8k | head -1)
  $ dvx fsck --repair
  damaged: packs/*.pack at *: * (glob)
    needed by data/numbers.csv (*) (glob)
  repaired: 0 frames fetched, 1 damaged file kept in quarantine
  lost: object * (glob)
  lost: object * (glob)
    needed by data/numbers.csv (*) (glob)
  checked * (glob)
  warning: could not ask remote origin: nothing has been pushed to remote 'origin' at '../remote', or it is not there
  hint: dvx add data/numbers.csv   (if the file in the workspace is good)
  [6]
