#!/usr/bin/env bash
# The main job of dvx on real data, from `git init` to a repaired store: demo.sh <path of dvx> [directory]
#
# Each command is printed before it runs, and what it must say and its exit status are checked, so this is a test as
# well: the first thing that is not as told ends it with exit status 1.
set -euo pipefail

dvx_program=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
place=${2:-$(mktemp -d -t dvx-demo-XXXXXX)}
output=$place/output
PATH=$(dirname "$dvx_program"):$PATH
export PYTHONDONTWRITEBYTECODE=1 GIT_CONFIG_NOSYSTEM=1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

chapter() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

fail() {
  printf '\ndemo: %s\n' "$1" >&2
  exit 1
}

# expect STATUS COMMAND: prints and runs it, and checks how it ends. The text stays in $output.
expect() {
  local wanted=$1 status=0
  printf '%s$ %s%s\n' "$dim" "$2" "$plain"
  bash -c "$2" >"$output" 2>&1 || status=$?
  cat "$output"
  [ "$status" = "$wanted" ] || fail "'$2' ended with exit status $status, not $wanted"
}
run() { expect 0 "$1"; }
says() { grep -qE -- "$1" "$output" || fail "the output does not say '$1'"; }
does_not_say() { ! grep -qE -- "$1" "$output" || fail "the output says '$1'"; }

mkdir -p "$place/project"
cd "$place/project"

chapter '1. A data set is added and committed'
run 'git init -q && git config user.name Ada && git config user.email ada@example.org && dvx init'
cp -r "$here"/{dvx.yaml,params.yaml,src,schemas} .
run "/usr/bin/python3 $here/make_data.py"
run 'dvx add data/raw'
run 'git add dvx.yaml params.yaml src schemas && dvx commit -m "Add digits"'
run 'git log --oneline --stat | cat'
run 'git ls-files data'
does_not_say 'digits.csv'
says 'data/raw.dvx'
run 'du -sh .dvx/store && cat data/raw.dvx'

chapter '2. The pipeline runs, and runs again only where it must'
run 'dvx repro -j2'
says '5 ran'
run 'dvx commit -m "Train the first models"'
run 'time dvx repro'
does_not_say ' ran'
run "sed -i 's/trees: 60/trees: 40/' params.yaml && dvx repro -j2"
says '2 ran'
run "sed -i 's/trees: 40/trees: 60/' params.yaml && dvx repro -j2"
does_not_say ' ran'
says '2 restored'
run "echo '# nothing that matters' >> src/features.py && dvx repro -j2"
says '1 ran'
run 'git add -A && dvx commit -m "Comment on features"'

chapter '3. What changed, and why'
run "sed -i 's/C: 0.1/C: 0.3/' params.yaml && dvx status"
says 'train-logreg'
run 'dvx why train-logreg'
says 'train.logreg.C'
says '0\.1'
says '0\.3'
run 'dvx repro -j2 && dvx diff'
says 'models/logreg.pkl'
run 'dvx dag'
says 'evaluate'
run 'git add -A && dvx commit -m "Loosen the regression" && dvx log'
says 'Loosen the regression'

chapter '4. A corrupted row does not get through'
cp dvx.lock "$place/lock-before"
run "sed -i '18s/^[0-9]*,/99,/' data/raw/digits.csv"
expect 1 'dvx repro'
says 'data/raw/digits.csv:18'
says 'pixel_0'
says 'maximum'
says '99'
cmp -s dvx.lock "$place/lock-before" || fail 'the lock file changed although the stage failed'
run 'dvx restore --force data/raw && dvx status'

chapter '5. A colleague gets everything, and runs nothing'
run "dvx remote add -d origin $place/remote && git commit -qam 'Add the remote' && dvx push"
run "git clone -q $place/project $place/colleague"
cd "$place/colleague"
run 'git config user.name Grace && git config user.email grace@example.org && dvx pull'
run 'dvx repro'
does_not_say ' ran'
run 'dvx lineage models/best.pkl'
says 'data/raw'
says 'prepare'
run 'cp models/best.pkl /tmp/model-in-production-$$.bin && dvx lineage /tmp/model-in-production-$$.bin; rm /tmp/model-in-production-$$.bin'
says 'evaluate'

chapter '6. The result is proved'
run 'dvx verify'
run 'dvx verify --rebuild'
run "dvx stage add -n stamp -o stamp.txt 'date +%s%N > stamp.txt' && dvx repro"
expect 1 'dvx verify --rebuild stamp'
says 'stamp.txt'
says 'offset'
run 'git reset -q --hard && rm stamp.txt && git status --short'

chapter '7. Hooks keep raw data out of git'
run 'dvx hooks install'
run 'mkdir -p data && head -200 data/raw/digits.csv > data/extra.csv'
expect 1 'git add -f data/extra.csv && git commit -m "Add extra rows"'
says 'dvx add data/extra.csv'
run 'dvx add data/extra.csv && git commit -qm "Add extra rows" && git log --oneline -1 | cat'
run "sed -i '3d' data/raw/digits.csv && git add -A"
expect 1 'git commit --allow-empty -m "Forget to record"'
says 'dvx commit|dvx add'
run 'dvx commit && git commit -qm "Drop a row" && git log --oneline -1 | cat'

chapter '8. A damaged store is found and mended'
run 'dvx push && dvx fsck --read-data'
pack=$(find .dvx/store -name '*.pack' -size +8k | sort | head -1)
flip="import sys; f = open('$pack', 'r+b'); f.seek(5000); b = f.read(1); f.seek(5000); f.write(bytes([b[0] ^ 1]))"
run "chmod u+w $pack && /usr/bin/python3 -c \"$flip\""
expect 6 'dvx fsck --read-data'
says 'damaged'
run 'dvx fsck --repair'
run 'dvx fsck --read-data'

chapter 'A page to look at'
run "dvx lineage models/best.pkl --html $place/lineage.html"
rm -f "$output"
printf '\nEverything is in %s; open %s\n' "$place" "$place/lineage.html"
