"""The load benchmark: several ways to the same answer, in turn and interleaved in one run, on this machine.

Called by run.sh, which sees to the tools. Nothing of it is left behind; every process it ends is one that it started.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
GATEWAY = ROOT / "src/PhiGateway.Gateway/bin/Release/net10.0/PhiGateway.Gateway.dll"
BENCH = ROOT / "tests/PhiGateway.Benchmarks/bin/Release/net10.0/PhiGateway.Benchmarks.dll"
TITLES = {
    "nginx": "nginx proxy",
    "haproxy": "HAProxy, `jwt_verify` RS256",
    "yarp": "bare YARP",
    "yarpjwt": "YARP + JwtBearer RS256",
    "gateway": "PHI Gateway, full policy, durable audit",
    "noflush": "PHI Gateway, journal and store in memory",
}
PORTS = {"backend": 0, "nginx": 1, "haproxy": 2, "yarp": 3, "yarpjwt": 4, "gateway": 5, "noflush": 7}
HZ = os.sysconf("SC_CLK_TCK")


def observation(size):
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
    resource["note"][0]["text"] = "n" * max(1, size - len(json.dumps(resource)))
    return json.dumps(resource)


class World:
    """The processes of one run and their files."""

    def __init__(self, options):
        self.options = options
        self.base = random.randrange(20000, 40000)
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.memory = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
        self.work.chmod(0o755)  # nginx drops its rights when it is started as root
        self.processes = {}
        self.token = ""

    def port(self, name):
        return self.base + PORTS[name]

    def url(self, name):
        return f"http://127.0.0.1:{self.port(name)}/fhir/Observation/o1"

    def start(self, name, *command):
        out = open(self.work / f"{name}.out", "wb")
        environment = dict(os.environ)
        if name in ("gateway", "noflush"):
            environment.update(pair.split("=", 1) for pair in self.options.env)
        self.processes[name] = subprocess.Popen(command, stdout=out, stderr=out, env=environment)

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.rmtree(self.memory, ignore_errors=True)

    def prepare(self):
        backend = f"http://127.0.0.1:{self.port('backend')}"
        fixture = self.work / "fixture"
        self.fixture(fixture, "gateway", backend)
        self.token = (fixture / "token").read_text()
        folder = self.work / "www/fhir/Observation"
        folder.mkdir(parents=True)
        (folder / "o1").write_text(observation(self.options.size))
        (self.work / "nginx").mkdir()
        self.start("backend", "nginx", "-c", self.nginx("backend", f"root {self.work}/www;", ""))
        ways = self.options.ways
        if "nginx" in ways:
            location = 'location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; }'
            upstream = f"upstream b {{ server 127.0.0.1:{self.port('backend')}; keepalive 256; keepalive_requests 100000000; }}"
            self.start("nginx", "nginx", "-c", self.nginx("nginx", location, upstream))
        if "haproxy" in ways:
            self.start("haproxy", "haproxy", "-db", "-f", self.haproxy(fixture))
        if "yarp" in ways:
            self.start("yarp", "dotnet", BENCH, "peer", "yarp", str(self.port("yarp")), backend, fixture)
        if "yarpjwt" in ways:
            self.start("yarpjwt", "dotnet", BENCH, "peer", "yarp-jwt", str(self.port("yarpjwt")), backend, fixture)
        if "gateway" in ways:
            self.start("gateway", "dotnet", self.options.gateway, "--config", fixture / "etc/gateway.json")
        if "noflush" in ways:
            other = self.memory / "fixture"
            self.fixture(other, "noflush", backend)
            shutil.copy(fixture / "jwks.json", other / "jwks.json")
            self.start("noflush", "dotnet", self.options.gateway, "--config", other / "etc/gateway.json")
        for name in ["backend", *ways]:
            self.wait_for(name)

    def fixture(self, folder, name, backend):
        port = self.port(name)
        subprocess.run(["dotnet", BENCH, "prepare", folder, str(port), str(port + 1), backend], check=True, stdout=subprocess.DEVNULL)

    def nginx(self, name, inside, before):
        path = self.work / f"nginx/{name}.conf"
        path.write_text(
            f"worker_processes 1; daemon off; pid {path}.pid; error_log {path}.err;\n"
            "events { worker_connections 4096; }\n"
            f"http {{ access_log off; keepalive_requests 100000000; default_type application/fhir+json; {before}\n"
            f"server {{ listen 127.0.0.1:{self.port(name)} backlog=4096; {inside} }} }}\n"
        )
        return path

    def haproxy(self, fixture):
        path = self.work / "haproxy.cfg"
        path.write_text(f"""
global
  nbthread 2
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
  option http-keep-alive
frontend f
  bind 127.0.0.1:{self.port('haproxy')}
  http-request set-var(txn.bearer) http_auth_bearer
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_header_query('$.alg') -m str RS256 }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify("RS256","{fixture}/public.pem") -m int 1 }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_payload_query('$.iss') -m str http://127.0.0.1/bench-idp }}
  default_backend b
backend b
  http-reuse always
  server s 127.0.0.1:{self.port('backend')}
""")
        return path

    def wait_for(self, name):
        request = urllib.request.Request(self.url(name), headers={"Authorization": "Bearer " + self.token})
        said = ""
        for _ in range(300):
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except urllib.error.HTTPError as refused:
                said = f"{refused.code} {refused.read()[:500]!r}"
            except OSError as fault:
                said = str(fault)
            time.sleep(0.1)
        raise SystemExit(f"no 200 from {name}: {said}\n{(self.work / f'{name}.out').read_text()[-2000:]}")

    def ticks(self, name):
        pid = self.processes[name].pid
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
        total = 0
        for each in [pid, *children]:
            try:
                fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return total

    def turn(self, name, seconds):
        """One way under load for some seconds: requests/s, p50 and p99 in ms, CPU microseconds of its process per request."""
        before = self.ticks(name)
        text = subprocess.run(
            ["wrk", "-t", "1", "-c", str(self.options.connections), "-d", f"{seconds}s", "--latency", "-H", f"Authorization: Bearer {self.token}", self.url(name)],
            check=True, capture_output=True, text=True,
        ).stdout
        after = self.ticks(name)
        if "Non-2xx" in text:
            raise SystemExit(f"{name} answered something else than 200:\n{text}")
        count = int(re.search(r"(\d+) requests in", text).group(1))
        return {
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "p50": milliseconds(text, "50%"),
            "p99": milliseconds(text, "99%"),
            "cpu": (after - before) / HZ / count * 1e6,
        }

    def warm(self):
        """Until two turns in a row differ by less than 5 percent, at most --warm seconds: just-in-time compilation goes on for a while."""
        for name in self.options.ways:
            last, spent = 0.0, 0
            while spent < self.options.warm:
                rate = self.turn(name, 2)["rate"]
                spent += 2
                if spent >= self.options.warm / 2 and abs(rate - last) < last * 0.05:
                    break
                last = rate


def milliseconds(text, label):
    value, unit = re.search(re.escape(label) + r"\s+([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def profile(world, seconds):
    """Samples of the gateway process under load, for the profile of docs/performance.md."""
    load = subprocess.Popen(
        ["wrk", "-t", "1", "-c", str(world.options.connections), "-d", f"{seconds + 2}s", "-H", f"Authorization: Bearer {world.token}", world.url("gateway")],
        stdout=subprocess.DEVNULL,
    )
    time.sleep(1)
    subprocess.run(["perf", "record", "-o", world.options.perf, "-F", "999", "-g", "-p", str(world.processes["gateway"].pid), "--", "sleep", str(seconds)], check=True)
    load.wait()


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", description="Load benchmark; ratios to bare YARP of the same run.")
    parser.add_argument("places", nargs="*", type=int, metavar="N", help="rounds, seconds per turn, connections, warm-up: as the options of these names")
    parser.add_argument("--quick", action="store_true", help="only bare YARP and the gateway, under two minutes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--warm", type=int, default=24, help="most seconds of warm-up for each way")
    parser.add_argument("--ways", default="nginx,haproxy,yarp,yarpjwt,gateway,noflush", type=lambda text: text.split(","))
    parser.add_argument("--size", type=int, default=1700, help="bytes of the answer")
    parser.add_argument("--gateway", default=str(GATEWAY), help="another build of the gateway")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="an environment variable for the gateway")
    parser.add_argument("--save", metavar="FILE", help="append the result as one line of JSON")
    parser.add_argument("--perf", metavar="FILE", help="record samples of the gateway after the rounds (needs perf)")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.warm, chosen.ways = 6, 3, 16, ["yarp", "gateway"]
    for name, value in zip(["rounds", "seconds", "connections", "warm"], chosen.places):
        setattr(chosen, name, value)
    if chosen.perf:
        chosen.env += ["DOTNET_PerfMapEnabled=1", "DOTNET_EnableWriteXorExecute=0"]
    if unknown := [way for way in chosen.ways if way not in TITLES]:
        parser.error(f"no such way: {', '.join(unknown)}")
    return chosen


def report(chosen, turns):
    rows = {}
    for name in chosen.ways:
        row = {key: statistics.median(turn[key] for turn in turns[name]) for key in ("rate", "p50", "p99", "cpu")}
        if "yarp" in turns:
            for key in ("rate", "cpu"):
                row[f"{key}-ratio"] = statistics.median(mine[key] / bare[key] for mine, bare in zip(turns[name], turns["yarp"]))
        rows[name] = row
    print(f"{chosen.rounds} rounds of {chosen.seconds} s, {chosen.connections} connections; medians; ratios are medians of the rounds' ratios to bare YARP\n")
    print("| | requests/s to bare YARP | requests/s | p50 ms | p99 ms | CPU µs/request | CPU to bare YARP |")
    print("|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        ratios = [f"{row[key]:.2f}" if key in row else "" for key in ("rate-ratio", "cpu-ratio")]
        print(f"| {TITLES[name]} | {ratios[0]} | {row['rate']:.0f} | {row['p50']:.2f} | {row['p99']:.2f} | {row['cpu']:.1f} | {ratios[1]} |")
    if chosen.save:
        kept = {"at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()), "cores": os.cpu_count()}
        kept |= {key: getattr(chosen, key) for key in ("rounds", "seconds", "connections", "size", "env")}
        kept["ways"] = {name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}
        with open(chosen.save, "a", encoding="utf-8") as file:
            file.write(json.dumps(kept) + "\n")
    if "gateway" in rows and "yarp" in rows:
        print(f"\ngateway/yarp requests {rows['gateway']['rate-ratio']:.2f} cpu {rows['gateway']['cpu-ratio']:.2f}")


def main():
    chosen = options()
    world = World(chosen)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        world.prepare()
        world.warm()
        turns = {name: [] for name in chosen.ways}
        for round_number in range(chosen.rounds):
            for name in chosen.ways if round_number % 2 == 0 else reversed(chosen.ways):
                turn = world.turn(name, chosen.seconds)
                turns[name].append(turn)
                print(f"{round_number + 1} {name} {turn['rate']:.0f}/s p99 {turn['p99']:.2f} ms cpu {turn['cpu']:.1f} µs", file=sys.stderr)
        report(chosen, turns)
        if chosen.perf:
            profile(world, 6)
    finally:
        world.stop()


main()
