#!/usr/bin/env bash
# The load benchmark: several ways to the same 1.7 KB answer, in turn and interleaved in one run, on this machine.
# Prints medians of ratios to bare YARP, p50/p99 and CPU per request; the last line is "gateway/yarp requests R cpu C".
# Needs wrk, nginx, haproxy and the .NET SDK. Usage: tests/bench/run.sh [--quick] [--help for the rest]
#        tests/bench/run.sh curve      how it grows with connections and with the answer
#        tests/bench/run.sh around     pages of 50, Postgres, HTTPS on both sides, 50,000 clients
#        tests/bench/run.sh paced      latency at half load, at a fixed rate
#        tests/bench/run.sh start      from the process to the first call
#        tests/bench/run.sh overload   2,000 connections onto an upstream of a second
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

missing=()
for tool in wrk nginx haproxy dotnet python3; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "missing: ${missing[*]}" >&2
    exit 1
  fi
fi

dotnet build "$root/tests/PhiGateway.Benchmarks" -c Release -v quiet --nologo >&2
case "${1:-}" in
  curve | around | paced | start | overload) part=$1 && shift ;;
  *) part=bench ;;
esac
exec python3 "$root/tests/bench/$part.py" "$@"
