  $ git init -q proj && cd proj && dvx init -q
  $ mkdir data && seq 1 20000 > data/numbers.csv && echo small > data/small.csv
  $ dvx add -q data && git commit -qm "Add data"
  $ dvx remote add -d origin ../remote
  remote 'origin' is ../remote, the default
  $ dvx push
  * objects sent to 'origin' (* kB) (glob)
  $ dvx fsck
  checked 1 pack, * frames and 0 whole files (structure) (glob)
  its data was never read: dvx fsck --read-data

The data is read when that is asked for, all of it or a share; what was read when is remembered:

  $ dvx fsck --read-data=1%
  checked 1 pack, * frames and 0 whole files (* read) (glob)
  100% of its data has been read and is intact; the oldest check was at ????-??-??T* (glob)
  $ dvx fsck --read-data
  checked 1 pack, * frames and 0 whole files (* read) (glob)
  100% of its data has been read and is intact; the oldest check was at *, the last one of all data at * (glob)
  $ echo more > data/more && dvx add -q data && dvx fsck --read-data=0.5 --json > once.json
  $ python3 -c "import json; d = json.load(open('once.json'))['data']; c = d['coverage']; print(0 < d['bytes_read'] < 1000, c['percent'], c['oldest'] == c['all_data'])"
  True 100.0 True
  $ rm data/more && dvx add -q data
  $ dvx fsck --read-data=0
  error: '0' is not a share of the data: must be more than 0 and at most 100
  hint: dvx fsck --read-data=10%
  [2]
  $ dvx fsck --read-data=lots
  error: 'lots' is not a share of the data: must be more than 0 and at most 100
  hint: dvx fsck --read-data=10%
  [2]

A flipped byte is found, and the path that needs it is named. (This one would be found without --read-data too, for
the pack was written to since it was read.)

  $ flip() { chmod u+w $1; python3 -c "import sys; f = open('$1', 'r+b'); f.seek(5000); b = f.read(1); f.seek(5000); f.write(bytes([b[0] ^ 1]))"; }
  $ flip $(find .dvx/store/packs -name '*.pack' -size +8k | head -1)
  $ dvx fsck --read-data
  damaged: packs/*.pack at *: * (glob)
    needed by data/numbers.csv (*) (glob)
  checked * (glob)
  *% of its data has been read and is intact; the oldest check was at * (glob)
  hint: dvx fsck --repair
  [6]

It is not spread, and it is mended from the remote:

  $ dvx fsck --repair
  damaged: packs/*.pack at *: * (glob)
    needed by data/numbers.csv (*) (glob)
  repaired: 1 frame fetched, 1 damaged file kept in quarantine
  checked * (glob)
  *% of its data has been read and is intact; the oldest check was at * (glob)
  $ dvx fsck --read-data
  checked * (glob)
  100% of its data has been read and is intact; the oldest check was at * (glob)
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
  *% of its data has been read and is intact; the oldest check was at * (glob)
  warning: could not ask remote origin: nothing has been pushed to remote 'origin' at '../remote', or it is not there
  hint: dvx add data/numbers.csv   (if the file in the workspace is good)
  [6]
