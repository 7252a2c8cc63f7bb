Data that is staged for git by mistake is stopped, with the command that puts it right:

  $ git init -q repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ dvx hooks status
  $ dvx hooks install
  $ dvx hooks status
  $ mkdir data && seq 1000 > data/extra.csv
  $ git add -f data/extra.csv && git commit -qm "Add rows"
  $ dvx add -q data/extra.csv && git commit -qm "Add rows"
  $ git show --name-only --format= HEAD

Small files with data names, large files with other names, and what is allowed:

  $ seq 10 > few.csv && git add few.csv && git commit -qm "A few rows"
  $ head -c 2000000 /dev/zero > blob && git add blob && git commit -qm "A blob"
  $ dvx config hooks.maxSize 10M
  $ git add .dvx/config && git commit -qm "A blob"
  $ mkdir tests && seq 1000 > tests/fixture.csv && git add tests && git commit -qm "A fixture"
  $ dvx config hooks.allow 'tests/**/*.csv *.npy' && git add .dvx/config && git commit -qm "A fixture"

A file that git keeps already may change and move, but not grow beyond reason:

  $ dvx config hooks.maxSize 1M && git add .dvx/config
  $ git mv tests/fixture.csv rows.csv && git commit -qm "Move"
  $ seq 2000 > rows.csv && git commit -qam "Grow"
  $ seq 300000 > rows.csv && git commit -qam "Grow more"
  $ git checkout -q HEAD rows.csv

Tracked data that changed and was not recorded:

  $ seq 1001 > data/extra.csv
  $ echo note > notes.txt && git add notes.txt && git commit -qm "A note"
  $ dvx commit
  $ git commit -qm "A note"

A file that git takes from inside of tracked data:

  $ mkdir images && echo 1 > images/a && dvx add -q images && git commit -qm "Images"
  $ echo 2 > images/b && git add -f images/b && git commit -qm "By mistake"
  $ git rm -q --cached images/b && dvx add -q images && git commit -qm "Images"

A pointer whose bytes are nowhere:

  $ sed 's/[0-9a-f]\{64\}/0000000000000000000000000000000000000000000000000000000000000000/; s/images/other/' images.dvx > other.dvx
  $ git add other.dvx && git commit -qm "A pointer"
  $ git rm -qf other.dvx

The verdict as JSON, and outside of dvx's branches:

  $ seq 1000 > x.csv && git add x.csv && dvx hook run pre-commit --json
  $ git rm -q --cached x.csv
  $ git checkout -q --orphan empty && git rm -rqf . && echo 1 > readme && git add readme && git commit -qm "Other"
  $ git checkout -qf main

A hook from before runs first and comes back:

  $ dvx hooks uninstall
  $ printf '#!/bin/sh\necho checked by the old hook\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
  $ dvx hooks install
  $ git commit -qm "Nothing" --allow-empty
  $ dvx hooks uninstall
  $ cat .git/hooks/pre-commit
