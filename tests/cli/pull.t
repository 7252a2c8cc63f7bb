  $ git init -q proj && cd proj && dvx init -q
  $ mkdir -p data/sub data/empty && printf 'a\n' > data/sub/a.csv && printf 'b\n' > data/b.sh && chmod +x data/b.sh
  $ ln -s sub/a.csv data/link && head -c 700000 /dev/zero | tr '\0' x > big.bin
  $ dvx add -q data big.bin
  $ dvx remote add -d origin ../remote
  remote 'origin' is ../remote, the default
  $ git add -A && git commit -qm "Add data" && dvx push
  * objects sent to 'origin' (* B) (glob)

A colleague gets everything:

  $ git clone -q . ../clone && cd ../clone
  $ dvx pull
  * objects received from 'origin' (* B) (glob)
  4 files created
  $ ls -F data data/sub
  data:
  b.sh*
  empty/
  link@
  sub/
  
  data/sub:
  a.csv
  $ cmp big.bin ../proj/big.bin && diff -r data ../proj/data
  $ dvx pull
  everything is here already

What is not stored is not overwritten:

  $ echo mine > data/sub/a.csv
  $ dvx pull
  everything is here already
  error: 'data/sub/a.csv' has changes that are not stored
  hint: dvx add data/sub/a.csv, or dvx pull --force to lose them
  [1]
  $ cat data/sub/a.csv
  mine
  $ dvx pull --force
  everything is here already
  1 file replaced
  $ cat data/sub/a.csv
  a

One file of a directory:

  $ git clone -q ../proj ../third && cd ../third
  $ dvx pull data/sub/a.csv
  3 objects received from 'origin' (* B) (glob)
  1 file created
  $ find data -type f
  data/sub/a.csv
