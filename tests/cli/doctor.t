  $ dvx doctor
  $ git init -q repo && cd repo && dvx init -q
  $ dvx doctor
  $ dvx hooks install > /dev/null && mkdir ../remote && dvx remote add origin ../remote > /dev/null && dvx doctor | tail -4
  $ dvx doctor --json | python3 -c 'import json, sys; print([c["name"] for c in json.load(sys.stdin)["data"]["checks"]])'
