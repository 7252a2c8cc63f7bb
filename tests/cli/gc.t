  $ unset GIT_COMMITTER_DATE  # reflogs are of now
  $ git init -q proj && cd proj && dvx init -q
  $ mkdir data && seq 1 20000 > data/numbers.csv && echo one > data/small
  $ dvx add -q data && dvx commit -q -m "First version"
  $ git checkout -q -b idea && seq 30000 90000 > data/numbers.csv && dvx add -q data && dvx commit -q -m "An idea"
  $ idea=$(sha256sum < data/numbers.csv | cut -c1-64)
  $ git checkout -q main && dvx checkout -q

Both versions are needed:

  $ dvx gc --no-grace
  searched 1 git repository: 1 work tree, 2 commits
  nothing to remove
  stay          2 packs, * (glob)
  $ dvx gc --explain $idea
  * is in the store, kept by 3 names (glob)
    reflog of HEAD, commit *: data.dvx, as numbers.csv (glob)
    reflog of refs/heads/idea, commit *: data.dvx, as numbers.csv (glob)
    refs/heads/idea, commit *: data.dvx, as numbers.csv (glob)

A branch that is gone is in the reflog for 90 days. Without it nothing names the idea; what came to the store within the
last hour stays all the same:

  $ git branch -q -D idea && dvx gc --no-grace | sed -n 2p
  nothing to remove
  $ git reflog expire --expire=now --all
  $ dvx gc --explain $idea
  * is in the store, kept by nothing (glob)
  $ dvx gc
  searched 1 git repository: 1 work tree, 1 commit
  nothing to remove
  stay          2 packs, * (glob)
    2 packs from within the last hour, wanted or not

Without options nothing is removed:

  $ dvx gc --no-grace
  searched 1 git repository: 1 work tree, 1 commit
  would remove  * of objects that nothing names: 1 pack (glob)
  stay          1 pack, * (glob)
  nothing was removed yet: this was a dry run
  hint: dvx gc --apply
  $ dvx gc --no-grace --json | python3 -c "import json, sys; d = json.load(sys.stdin)['data']; print(d['applied'], d['remove']['packs'], d['done'])"
  False 1 None
  $ ls .dvx/store/packs | wc -l
  2

With --apply it goes to the trash:

  $ dvx gc --no-grace --apply
  moved * to the trash: 1 pack (glob)
  $ dvx gc --explain $idea
  * is in the trash, kept by nothing (glob)
  $ dvx fsck --read-data > /dev/null && dvx status
  everything is as recorded
  $ dvx gc
  searched 1 git repository: 1 work tree, 1 commit
  nothing to remove
  stay          1 pack, * (glob)
    1 pack from within the last hour, wanted or not
  in the trash  * (glob)

What is wanted again comes back by itself:

  $ git checkout -q $(git fsck --lost-found 2> /dev/null | sed -n 's/dangling commit //p') && dvx checkout && sha256sum < data/numbers.csv | grep -c $idea
  1 file replaced
  1
  $ ls .dvx/store/packs | wc -l
  2
  $ git checkout -q main && dvx checkout -q && git reflog expire --expire=now --all && rm -f .git/ORIG_HEAD

The trash is emptied after two weeks, or now:

  $ dvx gc --no-grace --apply --prune-now
  moved * to the trash: 1 pack (glob)
  purged * from the trash (glob)
  $ dvx gc --explain $idea
  * is not here, kept by nothing (glob)
  $ dvx gc --apply
  nothing to remove

Many small packs become one:

  $ for i in 1 2 3 4 5 6 7 8 9 10 11; do seq $i 2000 > data/$i && dvx add -q data; done; git add -A && git commit -q -m "Eleven more"
  $ dvx gc --no-grace --apply
  moved * to the trash: 12 packs (glob)
  rewrote 12 packs as 1 new one
  $ dvx fsck --read-data > /dev/null && dvx status
  everything is as recorded

A pointer that cannot be read may name anything, so nothing is removed:

  $ echo "path: [" > broken.dvx
  $ dvx gc
  error: * (glob)
  hint: * (glob)
  [2]
  $ git add broken.dvx && git commit -q -m "Not a pointer" && git rm -q broken.dvx && git commit -q -m "Gone"
  $ dvx gc
  error: * (glob)
  hint: dvx gc --disregard *   (if it names nothing that you need) (glob)
  [2]
  $ dvx gc --disregard $(git rev-parse HEAD~1:broken.dvx) | head -1
  searched 1 git repository: 1 work tree, 4 commits

Neither is it when nothing names anything:

  $ cd .. && git init -q empty && cd empty && dvx init -q && dvx config core.store ../proj/.dvx/store && rm ../proj/.dvx/store/users/*
  $ dvx gc
  error: no pointer file and no dvx.lock names anything, in no work tree, branch or stash: everything in '*' would go, so nothing was removed (glob)
  hint: * (glob)
  [1]

Repositories that share a store are asked, all of them:

  $ cd ../proj && dvx status -q && cd ../empty && dvx gc --disregard $(git -C ../proj rev-parse HEAD~1:broken.dvx) | head -1
  searched 2 git repositories: 2 work trees, 4 commits
  $ mv ../proj/.git ../away && dvx gc
  error: repository '*' uses this store and is not there (its git directory was '*') (glob)
  hint: dvx gc --forget */proj   (if it needs nothing of this store any more) (glob)
  [5]
  $ dvx gc --forget ../nobody
  error: no repository '../nobody' uses the store '*' (glob)
  hint: dvx gc --forget * (glob)
  [5]
  $ dvx gc --forget ../proj
  the store no longer asks '*/proj' what it needs (glob)

  $ dvx gc --explain oops
  error: 'oops' is not an object id: 64 hexadecimal digits
  hint: dvx ls --json   (shows ids)
  [2]
