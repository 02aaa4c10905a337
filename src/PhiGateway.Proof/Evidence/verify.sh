#!/bin/sh
# Verifies this bundle with nothing but a POSIX shell and OpenSSL 3:
#   sh verify.sh [VKEY [WITNESS...]]
# VKEY is the log's key as you have it from elsewhere (name+id+base64); without it the key in the file vkey is taken, which proves only that
# the bundle fits together. WITNESS is the key of a witness, in the same form, that must have cosigned. Exit code 0: all holds.
set -eu
cd "$(dirname "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
refuse() {
  echo "refused: $1"
  exit 1
}
decode() { openssl base64 -d -A; }
hash() { openssl dgst -sha256 -binary; }
byte() { printf "$(printf '\\%03o' "$1")"; }

# --- 1. The checkpoint is signed by the log's key ---
open_key() {
  name="${1%%+*}"
  rest="${1#*+}"
  id="${rest%%+*}"
  printf '%s' "${rest#*+}" | decode >"$work/typed"
  [ "$(wc -c <"$work/typed")" -eq 33 ] || refuse "the key of $name is not one of Ed25519, which is all that a shell verifies here"
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000' && tail -c 32 "$work/typed"; } >"$work/key.der"
  openssl pkey -pubin -inform DER -in "$work/key.der" -out "$work/key.pem" 2>/dev/null || refuse "the key of $name cannot be read"
}
signed_by_key() {
  tail -c 64 "$work/blob" >"$work/signature"
  openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$1" -sigfile "$work/signature" >/dev/null 2>&1
}
open_key "${1:-$(cat vkey)}"
head -n 3 checkpoint >"$work/text"
[ "$(head -n 1 checkpoint)" = "$name" ] || refuse "the checkpoint is that of another log"
signed=no
while read -r dash signer blob; do
  [ "$dash" = "—" ] && [ "$signer" = "$name" ] || continue
  printf '%s' "$blob" | decode >"$work/blob"
  [ "$(head -c 4 "$work/blob" | od -An -tx1 | tr -d ' \n')" = "$id" ] || continue
  signed_by_key "$work/text" || refuse "the signature of the checkpoint is wrong"
  signed=yes
done <checkpoint
[ "$signed" = yes ] || refuse "the checkpoint is not signed by this key"
size="$(sed -n 2p checkpoint)"
sed -n 3p checkpoint | tr -d '\n' | decode >"$work/root"
echo "checkpoint of $name with $size records: signature holds"

# --- 2. The witnesses that are named have cosigned it ---
[ $# -eq 0 ] || shift
for witness in "$@"; do
  open_key "$witness"
  seen=
  while read -r dash signer blob; do
    [ "$dash" = "—" ] && [ "$signer" = "$name" ] || continue
    printf '%s' "$blob" | decode >"$work/blob"
    [ "$(head -c 4 "$work/blob" | od -An -tx1 | tr -d ' \n')" = "$id" ] || continue
    seen="$((0x$(tail -c +5 "$work/blob" | head -c 8 | od -An -tx1 | tr -d ' \n')))"
    { printf 'cosignature/v1\ntime %s\n' "$seen" && cat "$work/text"; } >"$work/cosigned"
    signed_by_key "$work/cosigned" || refuse "the cosignature of $name is wrong"
  done <checkpoint
  [ -n "$seen" ] || refuse "the checkpoint is not cosigned by $name"
  echo "cosigned by $name, $seen seconds after 1970"
done

# --- 3. Each record is the one that the tree under the checkpoint has at its place ---
for folder in records/*/; do
  index="$(sed -n 2p "$folder/tlog-proof" | cut -d ' ' -f 2)"
  length="$(wc -c <"$folder/body.json")"
  {
    printf 'gwaudit/body/v1\n'
    cat "$folder/salt.bin"
    byte $((length >> 24 & 255)) && byte $((length >> 16 & 255)) && byte $((length >> 8 & 255)) && byte $((length & 255))
    cat "$folder/body.json"
  } | hash >"$work/commitment"
  tail -c +41 "$folder/entry.bin" | head -c 32 | cmp -s - "$work/commitment" || refuse "the body of record $index is another one"
  { byte 0 && cat "$folder/entry.bin"; } | hash >"$work/node"
  place="$index"
  last=$((size - 1))
  [ "$place" -le "$last" ] || refuse "record $index is not under the checkpoint"
  for step in $(sed -n '3,/^$/p' "$folder/tlog-proof"); do
    [ "$last" -gt 0 ] || refuse "the path of record $index is too long"
    printf '%s' "$step" | decode >"$work/step"
    if [ $((place & 1)) = 1 ] || [ "$place" = "$last" ]; then
      { byte 1 && cat "$work/step" "$work/node"; } | hash >"$work/next"
      while [ $((place & 1)) = 0 ] && [ "$place" != 0 ]; do
        place=$((place >> 1))
        last=$((last >> 1))
      done
    else
      { byte 1 && cat "$work/node" "$work/step"; } | hash >"$work/next"
    fi
    mv "$work/next" "$work/node"
    place=$((place >> 1))
    last=$((last >> 1))
  done
  [ "$last" = 0 ] && cmp -s "$work/node" "$work/root" || refuse "record $index is not under the checkpoint"
  echo "record $index: its body is the one that was recorded, and it is under the checkpoint"
done
