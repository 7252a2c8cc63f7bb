  $ git init -q && dvx init -q && git commit -qm start
  $ mkdir -p data/images && printf 'a,b\n1,2\n' > data/table.csv
  $ for i in 1 2 3; do echo picture $i > data/images/$i.png; done

Files and directories become pointer files in git; their bytes go to the store:

  $ dvx add data/images data/table.csv
  $ git status --porcelain
  $ cat data/.gitignore
  $ cat data/table.csv.dvx
  $ sha256sum data/table.csv
  $ cat data/images.dvx

Again, and after a change:

  $ dvx add data/images
  $ echo picture 4 > data/images/4.png
  $ cd data && dvx add images && cd ..
  $ grep files data/images.dvx
  $ cat data/.gitignore

What is described stays described:

  $ dvx add --desc "three numbers" data/table.csv
  $ printf '3,4\n' >> data/table.csv
  $ dvx add data/table.csv
  $ grep desc data/table.csv.dvx
  $ dvx --json add data/table.csv

What cannot be tracked is refused, with the way out:

  $ dvx add ../outside
  $ dvx add nowhere
  $ dvx add .
  $ dvx add .git/config
  $ dvx add .dvx
  $ dvx add data/images.dvx
  $ dvx add data/images/1.png
  $ dvx add data
  $ dvx add data/table.csv data/images data/table.csv
  $ mkdir -p x/y && touch x/y/z && dvx add x x/y
  $ ln -s x/y link && dvx add link
  $ dvx add dvx.yaml

A path that git keeps already; one that is only staged changes sides by itself:

  $ echo hello > kept.txt && git add kept.txt && git commit -qm kept
  $ dvx add kept.txt
  $ git rm -q -r --cached kept.txt && dvx add kept.txt
  $ echo new > data/extra.csv && git add -f data/extra.csv
  $ dvx add data/extra.csv
  $ git status --porcelain data

A fifo is named, and nothing is recorded for its directory; the others are:

  $ mkdir odd && echo 1 > odd/one && mkfifo odd/pipe && echo 2 > fine.txt
  $ dvx add odd fine.txt
  $ ls odd.dvx fine.txt.dvx
  $ dvx add odd
  $ rm odd/pipe && dvx add -q odd

Names are bytes; a schema or remote must exist:

  $ printf x > "$(printf 'odd/\377 *[a]\n!')" && dvx add odd
  $ dvx status
  $ dvx add --schema none.schema.yaml odd
  $ dvx add --remote none odd
