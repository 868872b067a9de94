# Sourced: the tools' environments, of pinned versions. A second run with the same versions does nothing.

# tools <folder> <requirements>: makes a virtual environment when it is missing or out of date.
tools() {
  local pinned="$1/patchbay-requirements.txt"
  if ! cmp -s "$2" "$pinned"; then
    python3 -m venv "$1"
    "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$2"
    cp "$2" "$pinned"
  fi
}
