What others wrote is shown, and commands no terminal: names of stages, files and settings with escape sequences,
carriage returns, line feeds and marks that reverse the direction of writing.

  $ git init -q -b main repo && cd repo && dvx init -q && git commit -qm "Begin"
  $ name=$(printf 'a\033[31m\302\233\nerror: b\342\200\256') && echo 1 > "$name"
  $ dvx add -q "$name" && git commit -qm "$(printf 'A \033[31mred subject')" && echo 2 > "$name"
  $ dvx status
  data that is not as recorded:
    modified  a\x1b[31m\u{9b}\x0aerror: b\u{202e}
  hint: dvx commit -m MESSAGE (to record) or dvx checkout (to go back)
  $ dvx log | head -1 | grep -c 'A \\x1b\[31mred subject'
  1

A hint can be pasted all the same:

  $ rm "$name" && rm -r .dvx/store && dvx checkout > said 2>&1; grep hint said
  hint: dvx pull $'a\x1b[31m\xc2\x9b\x0aerror: b\xe2\x80\xae'

So it is with what is not right, and with words that dvx does not know:

  $ printf 'stages:\n  "x\\x1b[31m": {cmd: "true", "b\\x9b\\n": 1}\n' > dvx.yaml; dvx stages
  error: dvx.yaml:2:3: 'x\x1b[31m' cannot be the name of a stage
  hint: use letters, digits, '_', '-' and '.'
  [2]
  $ dvx "$(printf 'sta\033[31mtus')"
  error: 'sta\x1b[31mtus' is not a dvx command
  hint: dvx --help
  [2]

JSON has escapes of its own, and stays one line:

  $ printf 'stages:\n  a: {cmd: "true", desc: "x\\x9b\\u202e\\x7f\\n"}\n' > dvx.yaml; dvx stage list
  a  (x\u{9b}\u{202e}\x7f\x0a)
  $ dvx stage list --json | grep -o '"desc":"[^"]*"'
  "desc":"x\u009b\u202e\u007f\n"
