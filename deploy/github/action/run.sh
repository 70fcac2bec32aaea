#!/usr/bin/env bash
# Runs plan, apply or nightly for action.yml, which passes its inputs as environment variables.
#
# Writes to $GITHUB_OUTPUT: status, the program's exit status; failed, the status that the job ends with; digest.
set -euo pipefail

result="$RUNNER_TEMP/pal-result.md"
# Identifies the comment of this file. Other comments of the same author are left alone.
MARKER="<!-- pal-reconcile ${PAL_RECONCILE_CONFIG//[^A-Za-z0-9.\/_-]/_} -->"
export MARKER

output() {
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

# Prints a field of the plan's comment on a pull request; nothing if there is no such comment.
comment() {
  FIELD="$2" gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$1/comments" --jq '
    .[] | select(.user.login == env.COMMENT_AUTHOR and (.body | startswith(env.MARKER))) | .[env.FIELD]'
}

digest_in() {
  sed -n 's/^Plan digest: `\(sha256:[0-9a-f]\{64\}\)`.*/\1/p' | tail -n 1
}

# Runs the program with the Markdown result in $result and in the summary of the job.
run() {
  status=0
  pal-reconcile "$@" --format markdown > "$result" || status=$?
  cat "$result" >> "$GITHUB_STEP_SUMMARY"
  output status "$status"
}

plan() {
  status=0
  pal-reconcile validate --without-secrets --format github || status=$?
  if [ "$status" = 0 ]; then
    run plan
  else
    : > "$result"
    output status "$status"
  fi
  output digest "$(digest_in < "$result")"
  if [ -n "$PULL_REQUEST" ]; then
    [ -s "$result" ] || echo "**plan failed with exit status $status.** The log of the job says why." > "$result"
    post
  fi
  # The comment lists links that cannot be read. They do not block the merge.
  if [ "$status" = 4 ]; then output failed 0; else output failed "$status"; fi
}

# Creates the comment on the pull request, or replaces it.
post() {
  { printf '%s\n' "$MARKER"; cat "$result"; } > "$result.comment"
  id=$(comment "$PULL_REQUEST" id | tail -n 1)
  if [ -n "$id" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$result.comment"
  else
    gh api --silent "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" -F "body=@$result.comment"
  fi
}

apply() {
  number=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" --jq '
    [.[] | select(.merged_at != null and .merge_commit_sha == env.GITHUB_SHA)][0].number // empty')
  [ -n "$number" ] || stop "no merged pull request has the commit $GITHUB_SHA; review a plan and apply it by hand"
  digest=$(comment "$number" body | digest_in)
  [ -n "$digest" ] || stop "pull request $number has no plan of $PAL_RECONCILE_CONFIG; review a plan and apply it by hand"
  output digest "$digest"
  run apply --approve "$digest" ${allowed[@]+"${allowed[@]}"}
  output failed "$status"
}

nightly() {
  case "$REPAIR" in
    true) run nightly --repair ${allowed[@]+"${allowed[@]}"} ;;
    false) run nightly ;;
    *) stop "the input repair is true or false" ;;
  esac
  output failed "$status"
}

stop() {
  echo "::error title=pal-reconcile::$1"
  exit 64
}

allowed=()
set -f  # a guard is a word, not a pattern of file names
for guard in $ALLOW; do allowed+=(--allow "$guard"); done

case "$COMMAND" in
  plan | apply | nightly) "$COMMAND" ;;
  *) stop "the input command is plan, apply or nightly" ;;
esac
