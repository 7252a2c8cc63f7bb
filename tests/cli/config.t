  $ git init -q && dvx init -q
  $ dvx config core.link copy
  $ dvx config core.link
  copy
  $ dvx config --local core.link hardlink && dvx config core.link
  hardlink
  $ dvx config --user core.jobs 3 && cat ~/.config/dvx/config
  [core]
  \tjobs = 3 (esc)
  $ dvx config | grep -v project
  core.jobs=3
  core.link=hardlink
  $ dvx --json config core.link
  {"dvx":1,"command":"config","ok":true,"exit":0,"data":{"entries":[{"key":"core.link","scope":"local","value":"hardlink"}]},"warnings":[],"errors":[]}
  $ dvx config --local --unset core.link && dvx config core.link
  copy
  $ git status --porcelain .dvx
  A  .dvx/.gitignore
  AM .dvx/config

What dvx does not know is refused:

  $ dvx config core.lnk copy
  error: dvx knows no setting 'core.lnk'
  hint: dvx config core.link
  [2]
  $ dvx config core.link teleport
  error: 'teleport' is not valid for 'core.link': it must be auto, reflink, copy, hardlink or symlink
  [2]
  $ dvx config hooks.maxSize many
  error: 'many' is not valid for 'hooks.maxSize': it must be a size such as 4096, 10M or 1G
  [2]
  $ dvx config core.store
  error: setting 'core.store' is not set
  hint: dvx config core.store VALUE
  [5]
  $ dvx config --unset core.store
  error: setting 'core.store' is not set
  hint: dvx config core.store VALUE
  [5]
  $ dvx config --unset
  error: --unset takes one key
  hint: dvx config --unset KEY
  [2]
  $ dvx config --known
  core.gpus         GPUs that stages of this machine may use; default: those that NVIDIA's driver names (own files only)
  core.jobs         threads and parallel stages when -j is not given; 0: as many as processors (own files only)
  core.link         how files come from the store: auto, reflink, copy, hardlink or symlink
  core.project      name of this project on remotes; written by dvx init, not to be changed
  core.remote       remote that push, fetch and pull use when none is named
  core.runCache     push, fetch and pull carry the outputs of all runs of the run cache, as with --run-cache
  core.shared       who else writes to the store: group, all (and everybody reads) or false, the default (own files only)
  core.store        directory of the object store; may be shared by several clones (own files only)
  gc.reflogDays     how long dvx gc keeps what only git's reflogs name; default 90 (own files only)
  gc.runDays        how long dvx gc keeps runs of the run cache that no dvx.lock names; default 90 (own files only)
  gc.trashDays      how long dvx gc keeps what it moved to the trash; default 14 (own files only)
  hooks.allow       files that the pre-commit hook lets pass: patterns, separated by spaces
  hooks.dataSize    the same for files whose name says that they are data; default 1K
  hooks.maxSize     the pre-commit hook stops unversioned files larger than this; default 1M
  parsing.bool      false in a map that a command of dvx.yaml takes: store_true (left out) or boolean_optional (--no-NAME)
  parsing.list      a list in such a map: nargs (--NAME 1 2) or append (--NAME 1 --NAME 2)
  remote.*.url      where a remote is: a path or file: URL
  sandbox.paths     files and directories that sandboxed stages see besides, read-only: separated by ':' (own files only)
  schema.duckdb     path of libduckdb (own files only)
  schema.memory     memory that a schema check may use (own files only)
  slurm.account     account that jobs of stages are charged to
  slurm.executable  path of dvx on the nodes of the cluster; default: as here (own files only)
  slurm.options     further options of sbatch, separated by spaces (own files only)
  slurm.partition   partition that jobs of stages run in
  slurm.patience    until files that another machine wrote must be seen; default 60s
  slurm.poll        between two looks at the files of jobs; default 2s

A file that does not parse is named:

  $ echo '[core' >> .dvx/config && dvx config 2>&1 | sed "s|$PWD|ROOT|g"
  error: cannot read settings 'ROOT/.dvx/config': a section header without its ']' in line 4
