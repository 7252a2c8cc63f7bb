A schema is inferred, looked over, and checked.

  $ git init -q . && dvx init -q
  $ mkdir data
  $ printf 'id,note,level\n1,"two\nlines",low\n2,plain,high\n' > data/a.csv
  $ dvx schema infer data/a.csv | tee a.schema.yaml
  # Inferred from data/a.csv, 2 rows: what was seen, not yet what must be.
  rowCount: {minimum: 1}
  fields:
    - name: id
      type: integer
      constraints: {required: true, minimum: 1, maximum: 2}
    - name: note
      type: string
      constraints: {required: true}
    - name: level
      type: string
      constraints: {required: true}
  $ dvx schema check --schema a.schema.yaml data/a.csv
  data/a.csv: valid (a.schema.yaml)

Every violation names file, line, column, rule and value; lines inside of quotes count.

  $ printf '3,x\n9,,high\n' >> data/a.csv
  $ dvx schema check --schema a.schema.yaml data/a.csv
  data/a.csv:5: shape: the row has 2 cells, must have 3
  data/a.csv:6: column 'id': maximum: 9 must be at most 2
  data/a.csv:6: column 'note': required: a value is required
  0 valid, 1 invalid: 3 violations
  [1]

From a subdirectory, and a whole directory at once.

  $ cd data
  $ dvx schema check --schema ../a.schema.yaml .
  a.csv:5: shape: the row has 2 cells, must have 3
  a.csv:6: column 'id': maximum: 9 must be at most 2
  a.csv:6: column 'note': required: a value is required
  0 valid, 1 invalid: 3 violations
  [1]
  $ cd ..
  $ dvx schema check --json --schema a.schema.yaml data/a.csv | python3 -c '
  > import json, sys
  > out = json.load(sys.stdin)
  > verdict = out["data"]["verdicts"][0]
  > print(out["ok"], out["exit"], verdict["valid"], verdict["violation_count"], verdict["violations"][1])'
  (True|False) 1 False 3 \{.*'line': 6.*'maximum'.*\} (re)

What pointer files and the pipeline bind is checked without saying more.

  $ dvx schema check
  no schema is bound to any data
  hint: dvx schema infer <data> > <name>.schema.yaml
  $ cat > dvx.yaml <<'END'
  > stages:
  >   copy:
  >     cmd: cp data/a.csv out.csv
  >     deps:
  >       - data/a.csv:
  >           schema: a.schema.yaml
  >     outs:
  >       - out.csv:
  >           schema: a.schema.yaml
  > END
  $ dvx schema check
  data/a.csv:5: shape: the row has 2 cells, must have 3
  data/a.csv:6: column 'id': maximum: 9 must be at most 2
  data/a.csv:6: column 'note': required: a value is required
  0 valid, 1 invalid: 3 violations
  warning: 'out.csv' was not checked: stage 'copy' has not made it yet
  [1]
  $ dvx schema check dvx.yaml
  error: no schema is bound to 'dvx.yaml'
  hint: dvx schema check --schema <file> dvx.yaml
  [5]

A rule that is not known is an error, never a pass.

  $ cat > bad.schema.yaml <<'END'
  > fields:
  >   - name: id
  >     constraints: {maximun: 3}
  > END
  $ dvx schema check --schema bad.schema.yaml data/a.csv
  error: bad.schema.yaml:3:19: unknown field 'maximun'
  hint: did you mean 'maximum'?
  [2]
  $ printf 'fields:\n  - {name: id, constraints: {minLength: 3}}\n' > later.schema.yaml
  $ dvx schema check --schema later.schema.yaml data/a.csv
  error: later.schema.yaml:2:30: the rule 'minLength' is not supported yet
  hint: remove 'minLength': dvx does not pass over a rule it cannot check
  [2]
  $ dvx schema check --schema none.schema.yaml data/a.csv
  error: there is no schema 'none.schema.yaml'
  hint: dvx schema infer <data> > none.schema.yaml
  [5]

So is a check without the engine.

  $ DVX_DUCKDB=/nowhere/libduckdb.so dvx schema check --schema a.schema.yaml data/a.csv
  error: cannot check schemas: DuckDB's library cannot be loaded from '/nowhere/libduckdb.so' (DVX_DUCKDB): * (glob)
  hint: ./dev deps, or: dvx config schema.duckdb /path/to/libduckdb.so
  [5]

Names say what a file is, unless the schema does.

  $ cp data/a.csv data/a.txt
  $ dvx schema check --schema a.schema.yaml data/a.txt
  error: cannot check 'data/a.txt': the name does not say whether it is CSV, TSV or Parquet
  hint: add 'format: csv', 'format: tsv' or 'format: parquet' to a.schema.yaml
  [2]
  $ mkdir empty && touch empty/readme
  $ dvx schema check --schema a.schema.yaml empty
  empty: files: no file inside matches *.csv, *.tsv, *.parquet
  0 valid, 1 invalid: 1 violation
  [1]
