Without jobs there is nothing to show, to cancel or to come back to:

  $ git init -q && dvx init -q
  $ dvx queue
  no jobs
  $ dvx queue cancel
  no jobs to cancel
  $ dvx queue cancel train
  error: no stage or job 'train' is in the queue
  hint: dvx queue
  [5]
  $ dvx repro --attach
  there are no jobs to come back to
  $ dvx repro --attach train
  error: targets excludes --attach
  hint: dvx repro --help
  [2]

A stage may run on the cluster or here; one call may say it for all:

  $ cat > dvx.yaml <<'END'
  > executor: slurm
  > stages:
  >   here: {cmd: echo > here, outs: [here], executor: local}
  >   there: {cmd: cp here there, deps: [here], outs: [there], resources: {gpus: 8}}
  > END
  $ dvx repro -n
  would run      here: it has never run
  would run      there: it has never run, and 1 more
  2 of 2 stages stale

Without Slurm's programs:

  $ dvx=$(command -v dvx)
  $ PATH=/nowhere $dvx repro -q
  error: stage 'there': program 'sbatch' is not installed: Slurm's programs are needed here
  hint: dvx repro --executor local
  [5]
  $ ls .dvx/jobs
  ls: cannot access '.dvx/jobs': No such file or directory
  [2]
  $ sed -i 's/, resources.*}}/}/' dvx.yaml
  $ dvx repro --executor local 2>/dev/null
  1 ran, 1 up to date in * s (glob)
  $ dvx repro --executor elsewhere
  error: --executor: elsewhere not in {local,slurm}
  hint: dvx repro --help
  [2]

Settings are checked when they are needed:

  $ dvx config slurm.poll often
  $ dvx repro -q -f
  error: 'slurm.poll' is 'often', which is no time such as 2s or 1m
  hint: dvx config slurm.poll 2s
  [2]
  $ dvx config --unset slurm.poll
  $ dvx config slurm.options -- "--comment='open"
  $ dvx repro -q -f
  error: 'slurm.options' has a quote that is not closed: --comment='open
  hint: dvx config slurm.options -- --qos=long
  [2]
