  $ git init -q && dvx init -q
  $ dvx config core.link copy
  $ dvx config core.link
  $ dvx config --local core.link hardlink && dvx config core.link
  $ dvx config --user core.jobs 3 && cat ~/.config/dvx/config
  $ dvx config | grep -v project
  $ dvx --json config core.link
  $ dvx config --local --unset core.link && dvx config core.link
  $ git status --porcelain .dvx

What dvx does not know is refused:

  $ dvx config core.lnk copy
  $ dvx config core.link teleport
  $ dvx config hooks.maxSize many
  $ dvx config core.store
  $ dvx config --unset core.store
  $ dvx config --unset
  $ dvx config --known

A file that does not parse is named:

  $ echo '[core' >> .dvx/config && dvx config
