#!/usr/bin/env bash
# The load benchmark: five ways to the same 1.7 KB answer, in turn and interleaved in one run, on this machine.
# Prints medians of ratios to bare YARP, p50/p99 and CPU per request. Needs wrk, nginx, haproxy and the .NET SDK.
# Usage: tests/bench/run.sh [rounds (default 5)] [seconds per turn (default 4)] [connections (default 32)] [seconds of warm-up each (default 25)]
set -euo pipefail

rounds=${1:-5}
seconds=${2:-4}
connections=${3:-32}
warm=${4:-25}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
chmod 755 "$work" # nginx drops its rights when it is started as root
pids=()

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

stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop EXIT

dotnet build "$root/tests/PhiGateway.Benchmarks" -c Release -v quiet --nologo >&2
gateway_dll=$root/src/PhiGateway.Gateway/bin/Release/net10.0/PhiGateway.Gateway.dll
bench_dll=$root/tests/PhiGateway.Benchmarks/bin/Release/net10.0/PhiGateway.Benchmarks.dll

# Ports: 0 backend, 1 nginx proxy, 2 haproxy, 3 yarp, 4 yarp-jwt, 5 gateway, 6 gateway admin.
base=$((20000 + RANDOM % 20000))
port() { echo $((base + $1)); }
backend="http://127.0.0.1:$(port 0)"

# --- fixtures ---
dotnet "$bench_dll" prepare "$work/fixture" "$(port 5)" "$(port 6)" "$backend"
token=$(cat "$work/fixture/token")
mkdir -p "$work/www/fhir/Observation" "$work/nginx"
python3 - "$work/www/fhir/Observation/o1" <<'PY'
import json, sys
resource = {
    "resourceType": "Observation", "id": "o1", "meta": {"versionId": "3", "lastUpdated": "2026-01-05T08:00:00Z"}, "status": "final",
    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory", "display": "Laboratory"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "15074-8", "display": "Glucose [Moles/volume] in Blood"}]},
    "subject": {"reference": "Patient/p1", "display": "a patient"}, "encounter": {"reference": "Encounter/e1"}, "effectiveDateTime": "2026-01-04T09:30:10+01:00",
    "issued": "2026-01-04T15:30:10+01:00", "performer": [{"reference": "Practitioner/f005", "display": "a practitioner"}],
    "valueQuantity": {"value": 6.3, "unit": "mmol/l", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
    "interpretation": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H", "display": "High"}]}],
    "referenceRange": [{"low": {"value": 3.1, "unit": "mmol/l", "system": "http://unitsofmeasure.org", "code": "mmol/L"}, "high": {"value": 6.2, "unit": "mmol/l", "system": "http://unitsofmeasure.org", "code": "mmol/L"}}],
    "note": [{"text": ""}],
}
text = json.dumps(resource)
resource["note"][0]["text"] = "n" * (1700 - len(text))
open(sys.argv[1], "w").write(json.dumps(resource))
PY
cat > "$work/nginx/backend.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx/backend.pid; error_log $work/nginx/backend.err;
events { worker_connections 2048; }
http { access_log off; keepalive_requests 100000000; default_type application/fhir+json; server { listen 127.0.0.1:$(port 0) backlog=2048; root $work/www; } }
CONF
cat > "$work/nginx/proxy.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx/proxy.pid; error_log $work/nginx/proxy.err;
events { worker_connections 2048; }
http { access_log off; keepalive_requests 100000000; upstream b { server 127.0.0.1:$(port 0); keepalive 256; keepalive_requests 100000000; }
  server { listen 127.0.0.1:$(port 1) backlog=2048; location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
CONF
cat > "$work/haproxy.cfg" <<CONF
global
  nbthread 2
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
  option http-keep-alive
frontend f
  bind 127.0.0.1:$(port 2)
  http-request set-var(txn.bearer) http_auth_bearer
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_header_query('\$.alg') -m str RS256 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"$work/fixture/public.pem") -m int 1 } || { var(txn.bearer),jwt_verify("RS256","$work/fixture/public.pem") -m int 1 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_payload_query('\$.iss') -m str http://127.0.0.1/bench-idp }
  default_backend b
backend b
  http-reuse always
  server s 127.0.0.1:$(port 0)
CONF
sed -i 's/{ var(txn.bearer),jwt_verify(txn.alg,[^}]*} || //' "$work/haproxy.cfg"

# --- the five ways ---
start() { "$@" >"$work/$name.out" 2>&1 & pids+=($!); declare -g "pid_$name=$!"; }
name=backend; start nginx -c "$work/nginx/backend.conf"
name=nginx;   start nginx -c "$work/nginx/proxy.conf"
name=haproxy; start haproxy -db -f "$work/haproxy.cfg"
name=yarp;    start dotnet "$bench_dll" peer yarp "$(port 3)" "$backend" "$work/fixture"
name=yarpjwt; start dotnet "$bench_dll" peer yarp-jwt "$(port 4)" "$backend" "$work/fixture"
name=gateway; start dotnet "$gateway_dll" --config "$work/fixture/etc/gateway.json"

url() { echo "http://127.0.0.1:$(port "$1")/fhir/Observation/o1"; }
await() {
  for _ in $(seq 1 300); do
    if [ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$(url "$1")")" = 200 ]; then return 0; fi
    sleep 0.1
  done
  echo "no 200 from $2:" >&2
  curl -s -i -H "Authorization: Bearer $token" "$(url "$1")" >&2 || true
  cat "$work/$2.out" >&2
  exit 1
}
await 0 backend; await 1 nginx; await 2 haproxy; await 3 yarp; await 4 yarpjwt; await 5 gateway

# CPU of a process and its children, in clock ticks.
ticks() {
  local total=0 pid
  for pid in "$1" $(pgrep -P "$1" || true); do
    total=$((total + $(awk '{print $14 + $15}' "/proc/$pid/stat" 2>/dev/null || echo 0)))
  done
  echo "$total"
}
turn() {
  local name=$1 index=$2 span=$3 pid_var="pid_$1" before after
  before=$(ticks "${!pid_var}")
  wrk -t 1 -c "$connections" -d "${span}s" --latency -H "Authorization: Bearer $token" "$(url "$index")" >"$work/wrk.out"
  after=$(ticks "${!pid_var}")
  if grep -q 'Non-2xx' "$work/wrk.out"; then echo "$name answered something else than 200" >&2; cat "$work/wrk.out" >&2; exit 1; fi
  python3 - "$name" "$work/wrk.out" "$((after - before))" "$(getconf CLK_TCK)" <<'PY'
import re, sys
name, path, ticks, hz = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
text = open(path).read()
def ms(label):
    value, unit = re.search(label + r"\s+([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": .001, "ms": 1, "s": 1000}[unit]
count = int(re.search(r"(\d+) requests in", text).group(1))
rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
print(name, rate, ms("50%"), ms("99%"), ticks / hz / count * 1e6)
PY
}

# Just-in-time compilation in tiers goes on for a while under load: only what is warm is compared.
ways="nginx:1 haproxy:2 yarp:3 yarpjwt:4 gateway:5"
for way in $ways; do turn "${way%:*}" "${way#*:}" "$warm" >/dev/null; done
: >"$work/turns"
for round in $(seq 1 "$rounds"); do
  order=$ways
  [ $((round % 2)) = 0 ] && order=$(echo "$ways" | tr ' ' '\n' | tac | tr '\n' ' ')
  for way in $order; do turn "${way%:*}" "${way#*:}" "$seconds" | sed "s/^/$round /" | tee -a "$work/turns" >&2; done
done

python3 - "$work/turns" "$rounds" "$seconds" "$connections" <<'PY'
import statistics, sys
rows = [line.split() for line in open(sys.argv[1])]
by = {}
for round_, name, rate, p50, p99, cpu in rows:
    by.setdefault(name, {})[round_] = tuple(map(float, (rate, p50, p99, cpu)))
titles = {"nginx": "nginx proxy", "haproxy": "HAProxy, `jwt_verify` RS256", "yarp": "bare YARP", "yarpjwt": "YARP + JwtBearer RS256", "gateway": "PHI Gateway, full policy, durable audit"}
print(f"{sys.argv[2]} rounds of {sys.argv[3]} s, {sys.argv[4]} connections; medians; ratios are medians of the rounds' ratios to bare YARP\n")
print("| | requests/s to bare YARP | p50 ms | p99 ms | CPU µs/request | CPU to bare YARP |")
print("|---|---|---|---|---|---|")
for name, title in titles.items():
    rounds = by[name]
    median = lambda i: statistics.median(v[i] for v in rounds.values())
    ratio = statistics.median(rounds[r][0] / by["yarp"][r][0] for r in rounds)
    cpu = statistics.median(rounds[r][3] / by["yarp"][r][3] for r in rounds)
    print(f"| {title} | {ratio:.2f} | {median(1):.2f} | {median(2):.2f} | {median(3):.1f} | {cpu:.2f} |")
PY
