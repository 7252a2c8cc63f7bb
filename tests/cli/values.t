NaN and infinities are values, and the reason tells types apart where texts are equal.

  $ git init -q && dvx init -q && printf 'metrics: [m.json]\n' > dvx.yaml
  $ echo '{"acc": 0.5, "loss": NaN}' > m.json && git add -A && git commit -qm a
  $ echo '{"acc": 0.6, "loss": -Infinity}' > m.json && dvx diff
  metrics
    m.json  acc: 0.5 -> 0.6
    m.json  loss: ".nan" -> "-.inf"
  $ dvx diff --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["metrics"])'
  [{'after': 0.6, 'before': 0.5, 'file': 'm.json', 'key': 'acc'}, {'after': '-.inf', 'before': '.nan', 'file': 'm.json', 'key': 'loss'}]
  $ echo '{"acc": ' > m.json && dvx diff
  warning: values of m.json cannot be compared: m.json: not JSON: parse error at line 2, column 1: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal
  $ echo '{}' > m.json; printf 'stages:\n  s: {cmd: echo x > o, params: [v], outs: [o]}\n' > dvx.yaml
  $ echo 'v: 1' > params.yaml && dvx repro -q && git add -A && git commit -qm v
  $ for v in 1.0 '"1"' '' '[1]' '{a: 1}'; do echo "v: $v" > params.yaml; dvx repro -n | head -1; done
  would run      s: param params.yaml:v: 1 \xe2\x86\x92 1.0 (esc)
  would run      s: param params.yaml:v: 1 \xe2\x86\x92 "1" (esc)
  would run      s: param params.yaml:v: 1 \xe2\x86\x92 null (esc)
  would run      s: param params.yaml:v: 1 \xe2\x86\x92 [1] (esc)
  would run      s: param params.yaml:v: 1 \xe2\x86\x92 {"a":1} (esc)
  $ echo 'v: 1.0' > params.yaml; dvx diff
  parameters
    params.yaml  v: 1 -> 1.0
  $ echo 'w: 1' > params.yaml; printf '  t: {cmd: echo y > p, outs: [p]}\n' >> dvx.yaml; dvx repro -q -k
  error: stage 's' failed: stage 's': no param 'v' in 'params.yaml'
  hint: did you mean 'w'?
  [1]
  $ cat p; dvx status
  y
  stages that are stale:
    blocked   s
      stage 's': no param 'v' in 'params.yaml'
  hint: dvx repro
