What a repository has; DuckDB is told apart, for not every machine has it:

  $ git init -q repo && cd repo && dvx init -q
  $ dvx doctor | grep -E "(dvx|git|libraries):"
  ok   dvx: * (glob)
  ok   git: git version * (glob)
  ok   libraries: libgit2 *, SQLite *, zstd *, OpenSSL * (glob)
  $ dvx doctor | grep -A1 -E "(store|link|hook|remote)"
  ok   store: writable (*/.dvx/store) (glob)
  ok   sharing: the store is this user's own
  ok   file system: workspace on *, store on * (glob)
  ok   link: * (glob)
  warn hook pre-commit: not installed
         dvx hooks install
  $ dvx hooks install > /dev/null && mkdir ../remote && dvx remote add origin ../remote > /dev/null
  $ dvx doctor | grep -A1 -E "(hook|remote)"
  ok   remote origin: nothing pushed yet (*) (glob)
  ok   hook pre-commit: installed
  $ dvx doctor --json | python3 -c 'import json, sys; print([c["name"] for c in json.load(sys.stdin)["data"]["checks"]])'
  ['dvx', 'git', 'libraries', 'duckdb', 'sandbox', 'settings', 'store', 'sharing', 'file system', 'link', 'remote origin', 'hook pre-commit']

Outside of a repository it looks at the machine:

  $ cd .. && dvx doctor | grep -A1 repository
  warn repository: * (glob)
         * (glob)
