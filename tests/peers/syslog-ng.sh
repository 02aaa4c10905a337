#!/usr/bin/env bash
# Makes syslog-ng runnable for the tests without installing it, since Debian's package of it and rsyslog's exclude each other: its package and
# what it needs besides are downloaded and unpacked into tests/peers/syslog-ng. Nothing to do where it is installed, or was unpacked before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if command -v syslog-ng >/dev/null 2>&1 || [[ -x syslog-ng/usr/sbin/syslog-ng ]]; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg >/dev/null 2>&1; then
  echo "missing: syslog-ng. Install it beside rsyslog, or unpack it into tests/peers/syslog-ng (usr/sbin/syslog-ng), and run again." >&2
  exit 3
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# What would come along if it were installed here; nothing is.
names() { apt-get install --simulate --no-install-recommends syslog-ng-core 2>/dev/null | awk '/^Inst /{print $2}'; }
if [[ -z "$(names)" && "$(id -u)" == 0 ]]; then
  apt-get update -qq
fi
mapfile -t packages < <(names)
if [[ "${#packages[@]}" == 0 ]]; then
  echo "missing: the package syslog-ng-core is not known to apt. Run apt-get update, and again." >&2
  exit 3
fi
(cd "$work" && apt-get download -qq "${packages[@]}" 2>/dev/null)
mkdir "$work/tree"
for package in "$work"/*.deb; do
  dpkg -x "$package" "$work/tree"
done
test -x "$work/tree/usr/sbin/syslog-ng"
# What is read by people only stays out of the tree.
rm -rf "$work/tree/usr/share/doc" "$work/tree/usr/share/man" "$work/tree/usr/share/lintian"
rm -rf syslog-ng
mv "$work/tree" syslog-ng
