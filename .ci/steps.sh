# Runs the steps of .ci/run: each prints its name, its time and what it counted; one that fails does not stop the next.
# A step that ran node:test counts each test, any other step counts as one.

passed=0
failed=0
number=0
failures=()
out=.ci/out
rm -rf "$out" && mkdir -p "$out"

# step NAME COMMAND...: its output goes to .ci/out/, and the end of it to the terminal if it fails.
step() {
  local name=$1 started=$SECONDS status log
  shift
  number=$((number + 1))
  log=$(printf '%s/%02d-%s.log' "$out" "$number" "$(tr -c 'a-zA-Z0-9\n' '-' <<<"$name")")
  timeout --kill-after=10 "${STEP_SECONDS:-600}" "$@" >"$log" 2>&1 </dev/null
  status=$?

  local good=0 bad=0
  if grep -qE '^(ℹ|#) pass [0-9]+$' "$log"; then
    good=$(sum_of pass "$log")
    bad=$(($(sum_of fail "$log") + $(sum_of cancelled "$log")))
    if [ $((good + bad)) = 0 ] || { [ $status != 0 ] && [ "$bad" = 0 ]; }; then bad=$((bad + 1)); fi
  elif [ $status = 0 ]; then
    good=1
  else
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))

  if [ "$bad" = 0 ]; then
    printf 'ok      %-34s %4d s  %d passed\n' "$name" $((SECONDS - started)) "$good"
  else
    failures+=("$name")
    printf 'FAILED  %-34s %4d s  %d passed, %d failed, exit code %d; the end of %s:\n' \
      "$name" $((SECONDS - started)) "$good" "$bad" "$status" "$log"
    tail -n 60 "$log" | sed 's/^/        | /'
  fi
}

# sum_of WORD LOG: adds up the closing lines of node:test in a log.
sum_of() {
  awk -v word="$1" '($1 == "ℹ" || $1 == "#") && $2 == word { sum += $3 } END { print sum + 0 }' "$2"
}

finish() {
  printf '\n%d steps in %d s' "$number" "$SECONDS"
  if [ ${#failures[@]} -gt 0 ]; then printf '; failed: %s' "$(printf "'%s' " "${failures[@]}")"; fi
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}
