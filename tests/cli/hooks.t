Data that is staged for git by mistake is stopped, with the command that puts it right:

  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ dvx hooks status
  pre-commit: not installed
  hint: dvx hooks install
  $ dvx hooks install
  pre-commit: installed
  $ dvx hooks status
  pre-commit: installed
  $ mkdir data && seq 1000 > data/extra.csv
  $ git add -f data/extra.csv && git commit -qm "Add rows"
  dvx stopped this commit
    'data/extra.csv' is data that dvx does not track (3.9 kB)
      dvx add data/extra.csv
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ dvx add -q data/extra.csv && git commit -qm "Add rows"
  $ git show --name-only --format= HEAD
  data/.gitignore
  data/extra.csv.dvx

Small files with data names, large files with other names, and what is allowed:

  $ seq 10 > few.csv && git add few.csv && git commit -qm "A few rows"
  $ head -c 2000000 /dev/zero > blob && git add blob && git commit -qm "A blob"
  dvx stopped this commit
    'blob' is data that dvx does not track (2.0 MB)
      dvx add blob
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ dvx config hooks.maxSize 10M
  $ git add .dvx/config && git commit -qm "A blob"
  $ mkdir tests && seq 1000 > tests/fixture.csv && git add tests && git commit -qm "A fixture"
  dvx stopped this commit
    'tests/fixture.csv' is data that dvx does not track (3.9 kB)
      dvx add tests/fixture.csv
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ dvx config hooks.allow 'tests/**/*.csv *.npy' && git add .dvx/config && git commit -qm "A fixture"

A file that git keeps already may change and move, but not grow beyond reason:

  $ dvx config hooks.maxSize 1M && git add .dvx/config
  $ git mv tests/fixture.csv rows.csv && git commit -qm "Move"
  $ seq 2000 > rows.csv && git commit -qam "Grow"
  $ seq 300000 > rows.csv && git commit -qam "Grow more"
  dvx stopped this commit
    'rows.csv' is data that dvx does not track (2.0 MB)
      git rm --cached rows.csv && dvx add rows.csv
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ git checkout -q HEAD rows.csv

Tracked data that changed and was not recorded:

  $ seq 1001 > data/extra.csv
  $ echo note > notes.txt && git add notes.txt && git commit -qm "A note"
  dvx stopped this commit
    'data/extra.csv' changed and is not recorded
      dvx add data/extra.csv
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ dvx commit
  recorded data/extra.csv (1 file, 3.9 kB)
  hint: git commit
  $ git commit -qm "A note"

An older version that HEAD records is no change, whatever is staged. It is told:

  $ cp data/extra.csv ../older && seq 7 > data/extra.csv && dvx add -q data/extra.csv && cp ../older data/extra.csv
  $ echo more >> notes.txt && git add notes.txt && git commit -qm "Another note"
  warning: 'data/extra.csv' lies here as HEAD records it, and the pointer that is staged names another version
  $ dvx checkout -q --force data/extra.csv

A file that git takes from inside of tracked data:

  $ mkdir images && echo 1 > images/a && dvx add -q images && git commit -qm "Images"
  $ echo 2 > images/b && git add -f images/b && git commit -qm "By mistake"
  dvx stopped this commit
    'images' changed and is not recorded
      dvx add images
    'images/b' lies in 'images', which dvx tracks
      git rm --cached images/b && dvx add images
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ git rm -q --cached images/b && dvx add -q images && git commit -qm "Images"

A pointer whose bytes are nowhere:

  $ sed 's/[0-9a-f]\{64\}/0000000000000000000000000000000000000000000000000000000000000000/; s/images/other/' images.dvx > other.dvx
  $ git add other.dvx && git commit -qm "A pointer"
  dvx stopped this commit
    the bytes of 'other' are not in the store
      dvx fetch other
  Do what is indented and commit again; 'git commit --no-verify' skips this check.
  [1]
  $ git rm -qf other.dvx

The verdict as JSON, and outside of dvx's branches:

  $ seq 1000 > x.csv && git add x.csv && dvx hook run pre-commit --json
  {"dvx":1,"command":"hook run","ok":false,"exit":1,"data":{"findings":[{"hint":"dvx add x.csv","kind":"unversioned-data","message":"'x.csv' is data that dvx does not track","path":"x.csv","size":3893}]},"warnings":[],"errors":[]}
  [1]
  $ git rm -q --cached x.csv
  $ git checkout -q --orphan empty && git rm -rqf . && echo 1 > readme && git add readme && git commit -qm "Other"
  $ git checkout -qf main

A hook from before runs first and comes back:

  $ dvx hooks uninstall
  pre-commit: not installed
  $ printf '#!/bin/sh\necho checked by the old hook\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
  $ dvx hooks install
  pre-commit: installed (runs the hook from before first)
  $ git commit -qm "Nothing" --allow-empty
  checked by the old hook
  $ dvx hooks uninstall
  pre-commit: not installed (another hook is there)
  $ cat .git/hooks/pre-commit
  #!/bin/sh
  echo checked by the old hook
