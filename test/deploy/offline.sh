# Runs the bundle where nothing else is: no network but the loopback, the program folder read-only, an empty environment.
#   offline.sh PROGRAM STATE QUESTION    answers as JSON on standard output, the log in STATE/log
set -eu
program=$1 state=$2 question=$3
ip link set lo up
mount --bind "$program" "$program"
mount -o remount,bind,ro "$program"
if touch "$program/written" 2>/dev/null; then echo 'the program folder can be written to' >&2; exit 3; fi
set -- env -i PATH=/nowhere TIAOWEN_DATA_FOLDER="$state/data" TIAOWEN_INDEX_FOLDER="$state/index"
"$@" "$program/tiaowen" serve >"$state/log" 2>&1 &
serving=$!
tries=0
until "$@" "$program/tiaowen" health /readyz 2>/dev/null; do
  tries=$((tries + 1))
  if [ $tries -gt 600 ] || ! kill -0 $serving 2>/dev/null; then cat "$state/log" >&2; exit 4; fi
  sleep 0.2
done
"$@" "$program/bin/node" -e '
  const body = JSON.stringify({ question: process.argv[1] })
  const headers = { "Content-Type": "application/json" }
  fetch("http://127.0.0.1:8787/api/ask", { method: "POST", headers, body }).then((answer) => answer.text()).then(console.log)
' "$question"
kill -TERM $serving
wait $serving
