  $ git init -q && dvx init -q && git commit -qm start
  $ mkdir -p data/images && printf 'a,b\n1,2\n' > data/table.csv
  $ for i in 1 2 3; do echo picture $i > data/images/$i.png; done

Files and directories become pointer files in git; their bytes go to the store:

  $ dvx add data/images data/table.csv
  added data/images  3 files, 30 B  6631ccb0798d
  added data/table.csv  8 B  492d5ea49605
  $ git status --porcelain
  A  data/.gitignore
  A  data/images.dvx
  A  data/table.csv.dvx
  $ cat data/.gitignore
  /images
  /table.csv
  $ cat data/table.csv.dvx
  path: table.csv
  file: sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470
  size: 8
  $ sha256sum data/table.csv
  492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470  data/table.csv
  $ cat data/images.dvx
  path: images
  tree: sha256:6631ccb0798dafcbfa22226c9ba6894e6ebb9c72e27cb4c9d1a657bc7530aa5b
  size: 30
  files: 3

Again, and after a change:

  $ dvx add data/images
  unchanged data/images  3 files, 30 B  6631ccb0798d
  $ echo picture 4 > data/images/4.png
  $ cd data && dvx add images && cd ..
  updated images  4 files, 40 B  cc40600e0ab7
  $ grep files data/images.dvx
  files: 4
  $ cat data/.gitignore
  /images
  /table.csv

What is described stays described:

  $ dvx add --desc "three numbers" data/table.csv
  updated data/table.csv  8 B  492d5ea49605
  $ printf '3,4\n' >> data/table.csv
  $ dvx add data/table.csv
  updated data/table.csv  12 B  b94851485464
  $ grep desc data/table.csv.dvx
  desc: "three numbers"
  $ dvx --json add data/table.csv
  {"dvx":1,"command":"add","ok":true,"exit":0,"data":{"added":[{"files":1,"hashed":0,"id":"b9485148546419a0f6a85e8d708c923557c15d7f3c7d078ef1fa7f7c0f57d5a5","kind":"file","path":"data/table.csv","pointer":"data/table.csv.dvx","result":"unchanged","reused":1,"size":12}]},"warnings":[],"errors":[]}

What cannot be tracked is refused, with the way out:

  $ dvx add ../outside
  error: '../outside' lies outside of the repository '*' (glob)
  [2]
  $ dvx add nowhere
  error: there is no file or directory 'nowhere'
  [5]
  $ dvx add .
  error: the whole repository cannot be tracked as data
  hint: dvx add DIRECTORY
  [2]
  $ dvx add .git/config
  error: '.git/config' cannot be tracked: a file system may take it for '.git'
  [2]
  $ dvx add .dvx
  error: '.dvx' cannot be tracked: a file system may take it for '.dvx'
  [2]
  $ dvx add data/images.dvx
  error: 'data/images.dvx' is a pointer file, not data
  hint: dvx add data/images
  [2]
  $ dvx add data/images/1.png
  error: 'data/images/1.png' lies in 'data/images', which is tracked
  hint: dvx add data/images
  [1]
  $ dvx add data
  error: 'data' holds 'data/images', which is tracked by itself
  hint: dvx rm data/images && dvx add data
  [1]
  $ dvx add data/table.csv data/images data/table.csv
  unchanged data/table.csv  12 B  b94851485464
  unchanged data/images  4 files, 40 B  cc40600e0ab7
  $ mkdir -p x/y && touch x/y/z && dvx add x x/y
  error: 'x/y' lies inside 'x': they cannot both be tracked
  hint: dvx add x
  [2]
  $ ln -s x/y link && dvx add link
  error: 'link' is a symlink; dvx tracks what it leads to
  hint: dvx add x/y
  [2]
  $ dvx add dvx.yaml
  error: 'dvx.yaml' belongs in git
  hint: git add dvx.yaml
  [2]

A path that git keeps already; one that is only staged changes sides by itself:

  $ echo hello > kept.txt && git add kept.txt && git commit -qm kept
  $ dvx add kept.txt
  error: 'kept.txt' is kept by git already
  hint: git rm -r --cached kept.txt && dvx add kept.txt
  [1]
  $ git rm -q -r --cached kept.txt && dvx add kept.txt
  added kept.txt  6 B  5891b5b522d5
  $ echo new > data/extra.csv && git add -f data/extra.csv
  $ dvx add data/extra.csv
  added data/extra.csv  4 B  7aa7a5359173
  $ git status --porcelain data
  M  data/.gitignore
  A  data/extra.csv.dvx

A fifo is named, and nothing is recorded for its directory; the others are:

  $ mkdir odd && echo 1 > odd/one && mkfifo odd/pipe && echo 2 > fine.txt
  $ dvx add odd fine.txt
  added fine.txt  2 B  53c234e5e847
  error: 'odd/pipe' is a fifo, which holds no data to keep
  [3]
  $ ls odd.dvx fine.txt.dvx
  ls: cannot access 'odd.dvx': No such file or directory
  fine.txt.dvx
  [2]
  $ dvx add odd
  error: 'odd/pipe' is a fifo, which holds no data to keep
  [2]
  $ rm odd/pipe && dvx add -q odd

Names are bytes; a schema or remote must exist:

  $ printf x > "$(printf 'odd/\377 *[a]\n!')" && dvx add odd
  updated odd  2 files, 3 B  d720d6ee4b22
  $ dvx status
  everything is as recorded
  $ dvx add --schema none.schema.yaml odd
  error: there is no schema file 'none.schema.yaml'
  hint: dvx schema infer DATA > none.schema.yaml
  [5]
  $ dvx add --remote none odd
  error: there is no remote 'none'
  hint: dvx remote list
  [5]
