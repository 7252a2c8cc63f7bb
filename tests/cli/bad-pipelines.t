Every way in which dvx.yaml can be wrong has its own message, with the place and a way out.

  $ git init -q && dvx init -q
  $ try() { cat > dvx.yaml; dvx stage list; }

YAML that does not parse:

  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: "echo
  > YAML
  error: dvx.yaml:3:11: double-quoted scalar without closing quote
  hint: check the indentation and quotes here and on the next line
  [2]
  $ try <<'YAML'
  > stages:
  > 	a:
  > YAML
  error: dvx.yaml:2:1: tab character may not be used as indentation
  hint: indent with spaces, not tabs
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: [echo
  >   b: 1
  > YAML
  error: dvx.yaml:4:4: wrongly indented mapping value in flow mode
  hint: check the indentation and quotes here and on the next line
  [2]

What YAML has and dvx.yaml has not:

  $ try <<'YAML'
  > stages:
  >   b: *a
  > YAML
  error: dvx.yaml:2:6: no anchor '&a' before this alias
  hint: write '&a' before the value it means
  [2]
  $ try <<'YAML'
  > stages:
  >   a: &a
  >     cmd: [echo, *a]
  > YAML
  error: dvx.yaml:3:17: the alias '*a' stands within '&a' itself
  hint: write the value out here
  [2]
  $ try <<'YAML'
  > stages:
  >   a: {cmd: echo, deps: &in [src, 5]}
  >   b: {cmd: echo, deps: *in}
  > YAML
  error: dvx.yaml:2:34: stage 'a': 'deps' must be a string, not a number
  hint: put it in quotes: "5"
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: !!str echo
  > YAML
  error: dvx.yaml:3:10: a tag ('!name') is not accepted
  hint: remove the tag
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: one
  >   a:
  >     cmd: two
  > YAML
  error: dvx.yaml:4:3: the key 'a' is given twice
  hint: remove one of the two
  [2]
  $ try <<'YAML'
  > stages: {}
  > ---
  > stages: {}
  > YAML
  error: dvx.yaml:2:1: a second document starts here
  hint: keep one document and remove the '---' line
  [2]
  $ printf 'stages:\n  a:\n    cmd: "caf\xe9"\n' | try
  error: dvx.yaml:3:14: not UTF-8 text
  [2]

Fields:

  $ try <<'YAML'
  > stage:
  > YAML
  error: dvx.yaml:1:1: unknown field 'stage'
  hint: did you mean 'stages'?
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     dep: [x]
  > YAML
  error: dvx.yaml:4:5: stage 'a': unknown field 'dep'
  hint: did you mean 'deps'?
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     command: echo
  > YAML
  error: dvx.yaml:3:5: stage 'a': unknown field 'command'
  hint: did you mean 'cmd'?
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     deps: [x]
  > YAML
  error: dvx.yaml:2:3: stage 'a': has no 'cmd'
  hint: cmd: <the command to run>
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     foreach: [1, 2]
  >     cmd: echo
  > YAML
  error: dvx.yaml:3:5: stage 'a': has 'foreach' without 'do'
  hint: do: {cmd: echo ${item}}
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     deps: x
  > YAML
  error: dvx.yaml:4:11: stage 'a': 'deps' must be a list, not a string
  hint: deps: [x]
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     outs:
  >       - x:
  >           cache: maybe
  > YAML
  error: dvx.yaml:6:18: stage 'a': 'cache' must be true or false, not a string
  [2]

Paths:

  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     deps: [../../etc/passwd]
  > YAML
  error: dvx.yaml:4:12: stage 'a': '../../etc/passwd' lies outside of the repository
  hint: write a path beneath it, relative to dvx.yaml
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     outs: [/tmp/x]
  > YAML
  error: dvx.yaml:4:12: stage 'a': '/tmp/x' lies outside of the repository
  hint: write a path beneath it, relative to dvx.yaml
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     outs: [.git/hooks]
  > YAML
  error: dvx.yaml:4:12: stage 'a': '.git/hooks' is refused: its part '.git' is bad: a file system may take it for '.git'
  [2]

The graph:

  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     outs: [x]
  >   b:
  >     cmd: echo
  >     outs: [x]
  > YAML
  error: dvx.yaml:5:3: stages 'a' and 'b' have the same output 'x'
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     outs: [x]
  >   b:
  >     cmd: echo
  >     outs: [x/y]
  > YAML
  error: dvx.yaml:5:3: output 'x/y' of stage 'b' lies in output 'x' of stage 'a'
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     deps: [z]
  >     outs: [x]
  >   b:
  >     cmd: echo
  >     deps: [x]
  >     outs: [y]
  >   c:
  >     cmd: echo
  >     deps: [y]
  >     outs: [z]
  > YAML
  error: dvx.yaml:2:3: stages form a cycle: a -> b -> c -> a
  [2]
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     deps: [x]
  >     outs: [x]
  > YAML
  error: dvx.yaml:2:3: stage 'a' depends on its own output 'x'
  [2]
  $ mkdir raw && echo 1 > raw/1 && dvx add -q raw
  $ try <<'YAML'
  > stages:
  >   a:
  >     cmd: echo
  >     outs: [raw/2]
  > YAML
  error: dvx.yaml:2:3: output 'raw/2' of stage 'a' lies in 'raw', tracked by 'dvx add'
  hint: dvx rm raw
  [2]

No pipeline at all, and none under that name:

  $ rm dvx.yaml && dvx stage list
  error: there is no pipeline: 'dvx.yaml' does not exist
  hint: dvx stage add -n prepare -d data/raw -o data/prepared 'python3 prepare.py'
  [5]
  $ echo 'stages: {prepare: {cmd: echo}}' > dvx.yaml
  $ dvx dag prepaer
  error: no stage or output 'prepaer'
  hint: did you mean 'prepare'?
  [5]

In JSON:

  $ echo 'stages: {a: {cmd: echo, dep: []}}' > dvx.yaml
  $ dvx stage list --json
  {"dvx":1,"command":"stage list","ok":false,"exit":2,"data":{},"warnings":[],"errors":[{"code":"config","message":"dvx.yaml:1:25: stage 'a': unknown field 'dep'","hint":"did you mean 'deps'?","path":"dvx.yaml"}]}
  [2]

Another version of YAML reads the same text as other values, so it is not guessed at:

  $ printf '%%YAML 1.1\n---\nstages:\n  a: {cmd: echo yes}\n' > dvx.yaml && dvx stages
  error: dvx.yaml:1:1: it asks for YAML 1.1, and dvx reads YAML 1.2
  hint: remove the '%YAML' line, and write true and false for 'yes' and 'no'
  [2]
  $ printf '%%YAML 1.2\n---\nstages:\n  a: {cmd: echo yes, outs: [o]}\n' > dvx.yaml && dvx stages | cut -c 1-14
  stage  state  
  a      never r
