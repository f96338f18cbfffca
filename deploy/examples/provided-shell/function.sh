# The handler: the event on standard input, the result (JSON) on standard output, log lines on standard error.
handler() {
  event=$(cat)
  case $event in
    *'"fail"'*) echo "asked to fail" >&2; return 3 ;;
  esac
  echo "an event of ${#event} characters" >&2
  printf '{"runtime":"POSIX shell","function":"%s","event":%s}' "$AWS_LAMBDA_FUNCTION_NAME" "$event"
}
