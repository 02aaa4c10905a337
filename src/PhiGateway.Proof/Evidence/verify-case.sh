#!/bin/sh
# Verifies this bundle with nothing but a POSIX shell and OpenSSL 3:
#   sh verify.sh [VKEY... [WITNESS...]]
# VKEY is the key of a log as you have it from elsewhere (name+id+base64), one for each log; without any the keys in the bundle are taken,
# which proves only that the bundle fits together. WITNESS is the key of a witness that must have cosigned each. Exit code 0: all holds.
set -eu
cd "$(dirname "$0")"
refuse() {
  echo "refused: $1"
  exit 1
}

# --- A key that is of none of the logs is a witness's ---
names="$(for folder in logs/*/; do head -n 1 "${folder}checkpoint"; done)"
witnesses=
for given in "$@"; do
  printf '%s\n' "$names" | grep -qxF "${given%%+*}" || witnesses="$witnesses $given"
done

# --- Each log by itself: signature of the checkpoint, body and place of each record ---
for folder in logs/*/; do
  name="$(head -n 1 "${folder}checkpoint")"
  key=
  for given in "$@"; do
    if [ "${given%%+*}" = "$name" ]; then
      key="$given"
    fi
  done
  if [ -n "$key" ]; then
    # shellcheck disable=SC2086 # keys have no spaces
    sh "${folder}verify.sh" "$key" $witnesses || exit 1
  elif [ $# -gt 0 ]; then
    refuse "no key was given for the log $name"
  else
    sh "${folder}verify.sh" || exit 1
  fi
done

# --- What the index lists is here, each at its own place, and nothing else ---
listed="$(wc -l <index.txt)"
here="$(find logs -name body.json | wc -l)"
[ "$listed" -eq "$here" ] || refuse "the index lists $listed records, $here are here"
while read -r path id; do
  [ "$(sed -n 2p "$path/tlog-proof")" = "index ${path##*/}" ] || refuse "$path proves another record"
  found="$(tail -c +25 "$path/entry.bin" | head -c 16 | od -An -tx1 | tr -d ' \n')"
  [ "$found" = "$(printf '%s' "$id" | tr -d '-')" ] || refuse "$path is not the record $id"
done <index.txt
echo "all $here records hold"
