A power cut may keep the size and the times of a file and lose its bytes. cut.py leaves a repository as one does: the
machine has been started again since, and the files that it is given have zeros.

  $ cat > ../cut.py <<'END'
  > import os, sqlite3, struct, sys
  > index = sqlite3.connect(".dvx/index.db")
  > index.execute("UPDATE generations SET boot = 'another'")
  > for path in sys.argv[1:]:
  >     with open(path, "r+b") as file:
  >         file.write(bytes(os.path.getsize(path)))
  >     st = os.lstat(path)
  >     stamp = struct.pack("=6Q", st.st_dev, st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns, st.st_mode)
  >     assert index.execute("UPDATE entries SET stamp = ? WHERE path = ?", (stamp, path.encode())).rowcount == 1
  > index.commit()
  > END
  $ git init -q && dvx init -q && mkdir -p data/raw && for i in 1 2 3; do echo $i > data/raw/$i.csv; done
  $ echo model > model.bin && dvx add -q data/raw model.bin && git commit -qm data

What is as it was is hashed once more, and then believed:

  $ python3 ../cut.py && dvx status && dvx status
  everything is as recorded
  everything is as recorded

What has lost its bytes is told, as often as somebody asks, and is not taken for a new version:

  $ dvx checkout -q && rm .dvx/index.db && dvx status -q && python3 ../cut.py data/raw/2.csv model.bin
  $ echo new > data/raw/3.csv
  $ dvx status && dvx status -q --exit-code
  data that is not as recorded:
    modified  data/raw  (2 modified)
      modified  data/raw/2.csv  (its bytes were lost when the machine stopped)
      modified  data/raw/3.csv
    modified  model.bin  (its bytes were lost when the machine stopped)
  hint: dvx checkout --force data/raw/2.csv   (brings back what was lost)
  [1]
  $ dvx checkout
  would be lost: data/raw/2.csv  (what a power cut left of it: its bytes are not those that were there)
  would be lost: data/raw/3.csv
  would be lost: model.bin  (what a power cut left of it: its bytes are not those that were there)
  error: 3 files would be lost, so nothing was changed
  hint: dvx commit (to keep them) or dvx checkout --force
  [1]
  $ dvx commit -m "What the machine left"
  nothing was recorded
  error: 'data/raw/2.csv' lost its bytes when the machine stopped, as at a power cut
  hint: dvx checkout --force data/raw/2.csv   (or dvx add data/raw, to record what is there)
  error: 'model.bin' lost its bytes when the machine stopped, as at a power cut
  hint: dvx checkout --force model.bin   (or dvx add model.bin, to record what is there)
  [3]
  $ dvx checkout --force data/raw/2.csv && cat data/raw/2.csv
  1 file replaced
  2

Who wants to have it recorded as it is says so:

  $ dvx add -q model.bin data/raw && dvx commit -qm "As it is" && dvx status
  everything is as recorded

What the commit has synced counts after the next cut too; only what the last one has left is in doubt:

  $ python3 -c 'import sqlite3; print(sqlite3.connect(".dvx/index.db").execute("SELECT boot FROM generations").fetchall())'
  [('another',)]
