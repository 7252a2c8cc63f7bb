Settings that came with a clone command nothing before its user trusts them.

  $ mkdir ann && cd ann && git init -q && dvx init -q && git config -f .dvx/config core.store ../store-of-ann && git config -f .dvx/config schema.memory 1G
  $ git add -A && git commit -qm start && cd .. && git clone -q ann bob && cd bob
  $ dvx config
  core.project=* (glob)
  core.store=../store-of-ann  (not in force)
  schema.memory=1G  (not in force)
  hint: dvx trust
  $ echo one > f && dvx add f && ls -d .dvx/store ../store-of-ann
  added f  4 B  2c8b08da5ce6
  warning: .dvx/config sets core.store without effect, since it came with the repository: dvx trust, if you want what it says
  ls: cannot access '../store-of-ann': No such file or directory
  .dvx/store
  [2]
  $ dvx doctor | grep settings
  warn settings: not in force, as .dvx/config came with the repository: core.store, schema.memory
  $ dvx trust --show
  these settings of .dvx/config would come into force:
    core.store = ../store-of-ann
    schema.memory = 1G
  hint: dvx trust
  $ dvx trust
  these settings of .dvx/config are in force from now on:
    core.store = ../store-of-ann
    schema.memory = 1G
  hint: dvx trust --revoke   (takes it back)
  $ dvx config core.store
  ../store-of-ann
  $ dvx trust --list
  */bob (glob)

Another value has to be trusted anew:

  $ git config -f .dvx/config core.store ../another && dvx trust --show
  these settings of .dvx/config would come into force:
    core.store = ../another
    schema.memory = 1G
  hint: dvx trust
  $ dvx trust --revoke
  these settings of .dvx/config are not in force any more:
    core.store = ../another
    schema.memory = 1G
  $ dvx trust && dvx trust --revoke && dvx trust --revoke
  these settings of .dvx/config are in force from now on:
    core.store = ../another
    schema.memory = 1G
  hint: dvx trust --revoke   (takes it back)
  these settings of .dvx/config are not in force any more:
    core.store = ../another
    schema.memory = 1G
  the settings of this repository were not trusted

A program inside of the repository is never in force, since it changes with it:

  $ git config -f .dvx/config schema.duckdb lib/evil.so && dvx trust --show
  these settings of .dvx/config would come into force:
    core.store = ../another
    schema.memory = 1G
  'schema.duckdb' stays without effect: it lies in the repository, and would change with it (lib/evil.so)
  hint: dvx trust

Includes of git's syntax are not followed:

  $ printf '[include]\n\tpath = ../../outside\n' >> .dvx/config && printf '[core]\n\tlink = symlink\n' > ../outside && dvx config core.link
  error: setting 'core.link' is not set
  hint: dvx config core.link VALUE
  [5]
  $ git checkout -q .dvx/config

A setting of that kind is kept for this clone unless the scope is named:

  $ dvx config schema.memory 2G && cat .dvx/config.local
  [schema]
  \tmemory = 2G (esc)

What belongs to a clone alone is not taken from git:

  $ mkdir -p .dvx/tmp && echo x > .dvx/tmp/x && git add -f .dvx/tmp/x && dvx status
  error: '.dvx/tmp/x' is tracked by git, so it came with the repository: in '.dvx' only the files 'config' and '.gitignore' may, since dvx takes the rest for its own
  hint: git -C */bob rm -r -q --cached .dvx/tmp && mv */bob/.dvx/tmp */bob/.dvx/tmp.foreign (glob)
  [2]
  $ git rm -q --cached .dvx/tmp/x && dvx status
  everything is as recorded
  warning: .dvx/config sets core.store without effect, since it came with the repository: dvx trust, if you want what it says
  $ mv .dvx ../moved && ln -s ../moved .dvx && dvx status
  error: '*/bob/.dvx' is not a directory but a link or a file: what dvx writes would land elsewhere (glob)
  hint: mv */bob/.dvx */bob/.dvx.foreign (glob)
  [2]
