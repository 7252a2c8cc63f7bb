Indexes in git's newer formats:

  $ git init -q split && cd split && dvx init -q && mkdir a b && echo 1 > a/f && echo c > b/c
  $ dvx add -q a/f && git add b && git commit -qm start && dvx hooks install -q
  pre-commit: installed
  $ git update-index --split-index && echo 2 > a/f && dvx add a/f
  updated a/f  2 B  53c234e5e847
  $ git update-index --split-index && git commit -qm split && dvx status
  everything is as recorded
  $ git update-index --no-split-index && git sparse-checkout set --cone --sparse-index a .dvx
  $ echo 3 > a/f && dvx add a/f && git commit -qm sparse && ls
  updated a/f  2 B  1121cfccd591
  a
  $ mkdir b && echo 1 > b/outside && dvx add b/outside && git status --porcelain && git rm -qf --cached --sparse b/outside.dvx b/.gitignore
  added b/outside  2 B  4355a46b19d3
  A  b/.gitignore
  A  b/outside.dvx
  $ rm -r b && git sparse-checkout disable && git config feature.manyFiles true && git update-index --index-version 4 --untracked-cache
  $ echo 4 > a/f && dvx add a/f && git commit -qm "many files" && dvx status && cd ..
  updated a/f  2 B  7de1555df0c2
  everything is as recorded

What runs by itself in git is not run for an answer:

  $ cd split && printf '#!/bin/sh\ntouch "%s/ran"\n' "$PWD" > monitor && chmod +x monitor && git update-index --split-index
  $ cp monitor .git/hooks/post-index-change && git config core.fsmonitor "$PWD/monitor" && dvx status && ls ran
  everything is as recorded
  ls: cannot access 'ran': No such file or directory
  [2]
  $ cd ..

Shallow and partial clones:

  $ git init -q full && cd full && git config uploadpack.allowFilter true && dvx init -q && dvx remote add -q -d r ../remote
  $ for i in 1 2 3; do echo $i > f && dvx add -q f && dvx commit -qam $i; done && dvx push -q && cd ..
  $ git clone -q --depth 1 "file://$PWD/full" shallow && cd shallow && dvx pull -q && dvx log
  [0-9a-f]{12} 3, Ada, 2026-01-02 03:04 UTC (re)
    added    f (2 B)
  $ dvx lineage f && dvx gc -q && cd ..
  f  1121cfccd591  2 B  f.dvx since * 2026-01-02 Ada: 3 (glob)
  searched 1 git repository: 1 work tree, 1 commit
  nothing to remove
  stay          1 pack, 130 B
    1 pack from within the last hour, wanted or not
  $ git clone -q --filter=blob:none "file://$PWD/full" partial && cd partial && dvx pull -q && dvx gc
  error: '*/partial' is a partial clone: 'f.dvx' in commit * cannot be read from git (object fd55a8cd94d1ea65c4f8ebb01f02b51b0fe9dfea), so what it names is not known and nothing was removed (glob)
  hint: git -C */partial fetch --refetch --no-filter (glob)
  [2]
  $ dvx log && dvx diff HEAD~2 && dvx gc -q && cd ..
  [0-9a-f]{12} 3, Ada, 2026-01-02 03:04 UTC (re)
    modified f (2 B)
  
  [0-9a-f]{12} 2, Ada, 2026-01-02 03:04 UTC (re)
    modified f (2 B)
  
  [0-9a-f]{12} 1, Ada, 2026-01-02 03:04 UTC (re)
    added    f (2 B)
  data
    modified f (2 B)
  searched 1 git repository: 1 work tree, 3 commits
  nothing to remove
  stay          1 pack, 130 B
    1 pack from within the last hour, wanted or not
  $ git clone -q --filter=tree:0 "file://$PWD/full" treeless && cd treeless && dvx pull -q && dvx log
  [0-9a-f]{12} 3, Ada, 2026-01-02 03:04 UTC (re)
    modified f (2 B)
  
  [0-9a-f]{12} 2, Ada, 2026-01-02 03:04 UTC (re)
    modified f (2 B)
  
  [0-9a-f]{12} 1, Ada, 2026-01-02 03:04 UTC (re)
    added    f (2 B)
  $ dvx ls HEAD~2: && cd ..
  4355a46b19d3        2 B  f
  $ git clone -q --filter=blob:none "file://$PWD/full" offline && cd offline && dvx pull -q && mv ../full ../moved && dvx diff HEAD~2
  error: this partial clone was made without an object that is needed, and git could not fetch it: fatal: '*/full' does not appear to be a git repository (glob)
  hint: git fetch --refetch --no-filter
  [2]
  $ mv ../moved ../full && git fetch -q --refetch --no-filter && dvx gc -q && dvx diff HEAD~2 && cd ..
  searched 1 git repository: 1 work tree, 3 commits
  nothing to remove
  stay          1 pack, 130 B
    1 pack from within the last hour, wanted or not
  data
    modified f (2 B)

An executable bit that the file system is said not to keep:

  $ git init -q modes && cd modes && git config core.fileMode false && dvx init -q && mkdir d && echo 1 > f && echo 2 > d/g
  $ dvx add -q f d && printf 'stages:\n  a:\n    cmd: cp f o\n    deps: [f]\n    outs: [o]\n' > dvx.yaml && dvx repro -q
  $ git add -A && dvx commit -qm modes && chmod +x f d/g && dvx status
  everything is as recorded
  $ dvx repro && dvx add f d && cd ..
  1 up to date in 0.0 s
  unchanged f  2 B  4355a46b19d3
  unchanged d  1 file, 2 B  391cf5ca6fcf

Repositories that dvx cannot read:

  $ git init -q --object-format=sha256 newer && cd newer && dvx init
  error: the git repository '*/newer' names its objects by sha256 (extensions.objectFormat); dvx reads repositories that use sha1 (glob)
  hint: git init --object-format=sha1   (in a new directory)
  [2]
  $ cd .. && git init -q reftable && cd reftable && dvx init -q && git config core.repositoryFormatVersion 1
  $ git config extensions.refStorage reftable && dvx status
  error: the git repository '*/reftable' keeps its branches as 'reftable' (extensions.refStorage); dvx reads repositories that keep them as files (glob)
  hint: git refs migrate --ref-format=files
  [2]
