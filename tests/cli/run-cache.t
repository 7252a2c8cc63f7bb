A result that is known is brought back. One of which a single file is gone is not used:

  $ git init -q work && cd work && dvx init -q
  $ echo 4 > four && dvx add -q four && find .dvx/store/packs -type f > ../pack-of-four
  $ echo 2 > factor
  $ cat > dvx.yaml <<'END'
  > stages:
  >   scale:
  >     cmd: echo run >> ../runs; mkdir scaled; for n in 1 2 3; do echo $((n * $(cat factor))) > scaled/$n; done
  >     deps: [factor]
  >     outs: [scaled]
  > END
  $ git add -A && git commit -qm "A pipeline"
  $ dvx repro -q && echo 3 > factor && dvx repro -q && wc -l < ../runs
  2
  $ echo 2 > factor && dvx repro
  scale: restored from run * (glob)
  1 restored in * (glob)
  $ wc -l < ../runs
  2
  $ echo 3 > factor && dvx repro -q
  $ mkdir ../kept && mv $(cat ../pack-of-four) ../kept/ && rm -f .dvx/store/index/*
  $ echo 2 > factor && dvx repro
  scale: running: dependency factor: * (glob)
  scale: ran in * (glob)
  1 ran in * (glob)
  $ cat scaled/*
  2
  4
  6
  $ dvx fsck
  checked 3 packs, 11 frames and 0 whole files (structure)
  its data was never read: dvx fsck --read-data
  $ wc -l < ../runs
  3

The list of runs is lost:

  $ mv ../kept/* $(dirname $(cat ../pack-of-four))/
  $ find .dvx/store/runs -type f | wc -l
  3
  $ rm -r .dvx/store/runs
  $ echo 3 > factor && dvx repro -n
  would run      scale: dependency factor: * (glob)
  1 of 1 stage stale
  $ dvx fsck
  checked 4 packs, 12 frames and 0 whole files (structure)
  its data was never read: dvx fsck --read-data
  warning: the run cache does not list 1 run of dvx.lock: dvx fsck --repair
  $ dvx fsck --repair
  checked 4 packs, 12 frames and 0 whole files (* kB read) (glob)
  100% of its data has been read and is intact; the oldest check was at * (glob)
  run cache: 3 runs listed again, 0 without a record taken off
  $ dvx repro
  scale: restored from run * (glob)
  1 restored in * (glob)
  $ wc -l < ../runs
  3
  $ dvx fsck
  checked 4 packs, 12 frames and 0 whole files (structure)
  100% of its data has been read and is intact; the oldest check was at * (glob)

One of which a byte is wrong is run again too, and nothing wrong is given out:

  $ python3 - <<'END'
  > import hashlib, pathlib
  > for pack in pathlib.Path(".dvx/store/packs").rglob("*.pack"):
  >     if hashlib.sha256(b"4\n").digest() in pack.read_bytes():
  >         pack.chmod(0o644)
  >         pack.write_bytes(pack.read_bytes().replace(b"4\n", b"5\n", 1))
  > END
  $ echo 2 > factor && dvx repro
  warning: scale: its run cannot be restored: the stored bytes of 7de1* do not hash to their id (glob)
  scale: running: dependency factor: * (glob)
  scale: ran in * (glob)
  1 ran in * (glob)
  $ cat scaled/*
  2
  4
  6
  $ dvx fsck --read-data > ../found 2>&1
  [6]
  $ grep needed ../found | sort -u
    needed by four (7de1555df0c2)
    needed by scaled/2 (7de1555df0c2)
  $ dvx repro
  1 up to date in * (glob)
