Ada runs a pipeline and pushes what its runs made; the lock file she keeps to herself:

  $ git init -q ada && cd ada && dvx init -q && dvx remote add -q -d origin ../remote
  $ seq 1 20 > numbers && dvx add -q numbers
  $ cat > params.yaml <<'END'
  > factor: 2
  > END
  $ cat > dvx.yaml <<'END'
  > stages:
  >   scale:
  >     cmd: echo run >> ../runs; mkdir scaled && while read n; do echo $((n * \${FACTOR:-2})) > scaled/$n; done < numbers
  >     deps: [numbers]
  >     outs: [scaled]
  >   sum:
  >     cmd: echo run >> ../runs; cat scaled/* params.yaml > sum
  >     deps: [scaled]
  >     params: [factor]
  >     outs: [sum]
  >     metrics:
  >       - count.json: {cache: false}
  > END
  $ sed -i 's|params.yaml > sum|params.yaml > sum; echo 20 > count.json|' dvx.yaml
  $ git add -A && git commit -qm "A pipeline" && git clone -q . ../ben
  $ dvx repro -q && sed -i 's/2/3/' params.yaml && dvx repro -q && git checkout -q params.yaml
  $ wc -l < ../runs
  3
  $ dvx push
  * objects sent to 'origin' (*) (glob)
  $ cp -r ../remote ../plain
  $ dvx push --run-cache
  1 object sent to 'origin' (* B), * already there (glob)
  $ dvx push --run-cache
  everything is on 'origin' already

Ben has the same inputs and no lock. Nothing runs for him:

  $ cd ../ben && dvx repro --pull
  scale: restored from run * (origin) (glob)
  sum: restored from run * (origin) (glob)
  2 restored in * (glob)
  $ wc -l < ../runs
  3
  $ tail -1 sum; cat count.json; ls scaled | wc -l
  factor: 2
  20
  20
  $ dvx verify > /dev/null && dvx repro
  2 up to date in * (glob)
  $ sed -i 's/2/3/' params.yaml && dvx repro --pull
  sum: restored from run * (origin) (glob)
  1 restored, 1 up to date in * (glob)
  $ git checkout -q params.yaml

With --run-cache everything comes at once, and later runs need no remote:

  $ git clone -q ../ada ../cleo && cd ../cleo && dvx pull -q --run-cache && mv ../remote ../away
  $ sed -i 's/2/3/' params.yaml && dvx repro
  scale: restored from run * (glob)
  sum: restored from run * (glob)
  2 restored in * (glob)
  $ mv ../away ../remote && dvx fetch --run-cache
  everything is here already
  $ wc -l < ../runs
  3

A remote that is not there is a warning, and the stages run:

  $ git clone -q ../ada ../dan && cd ../dan && dvx pull -q && mv ../remote ../away
  $ dvx repro --pull
  warning: going on without remote 'origin': nothing has been pushed to remote 'origin' at '../remote', or it is not there
  scale: running: it has never run
  scale: ran in * (glob)
  sum: running: it has never run
  sum: ran in * (glob)
  2 ran in * (glob)
  $ mv ../away ../remote

Without any remote there is nothing to pull from:

  $ dvx config --unset remote.origin.url; dvx repro --pull
  error: no remote 'origin'
  hint: dvx remote add origin /path/to/a/directory
  [5]
  $ dvx repro --pull --dry-run
  error: --dry-run excludes --pull
  hint: dvx repro --help
  [2]

What was pushed without --run-cache has the results of dvx.lock and records of all other runs; those cannot be used:

  $ git clone -q ../ada ../eve && cd ../eve && dvx config remote.origin.url ../plain
  $ dvx repro --pull
  scale: restored from run * (origin) (glob)
  sum: running: it has never run
  sum: ran in * (glob)
  1 ran, 1 restored in * (glob)

Neither can what is damaged on the remote:

  $ cat > ../spoil.py <<'END'
  > import pathlib
  > for pack in pathlib.Path("../remote").glob("packs/*/*"):
  >     if not (pathlib.Path("../plain") / pack.relative_to("../remote")).exists():
  >         pack.chmod(0o644)
  >         pack.write_bytes(b"x" * pack.stat().st_size)
  > END
  $ python3 ../spoil.py && git clone -q ../ada ../fay && cd ../fay
  $ dvx repro --pull
  scale: restored from run * (origin) (glob)
  sum: running: it has never run
  sum: ran in * (glob)
  1 ran, 1 restored in * (glob)

The same for what is damaged or gone here, when there is nothing to pull from:

  $ rm -r scaled sum && rm -f .dvx/store/packs/* .dvx/store/index/*
  $ dvx repro
  scale: running: output scaled is missing
  scale: ran in * (glob)
  sum: running: output sum is missing
  sum: ran in * (glob)
  2 ran in * (glob)
