"""The processes of a run: an nginx as backend, the ways to it, and load upon one of them. Used by the benchmarks beside it."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import ssl
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
    "unwatched": "PHI Gateway, in memory, without detection and ledger",
}
PORTS = {"backend": 0, "nginx": 1, "haproxy": 2, "yarp": 3, "yarpjwt": 4, "gateway": 5, "noflush": 7, "unwatched": 9, "postgres": 11}
# What may stand around the ways instead of the usual, by its name.
SURROUNDINGS = {
    "usual": "as everywhere else",
    "page": "a search that brings a page of 50",
    "postgres": "registry and trail in Postgres, which flushes",
    "https": "HTTPS on both sides",
    "clients": "50,000 clients and 1,000,000 memberships",
}
PAGE = 50
# Gateways of a run besides the first, all in memory, and what each is given in its environment.
VARIANTS = {"noflush": {}, "unwatched": {"PhiGateway__Watch__Enabled": "false"}}
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


def page(base, size):
    entries = []
    for number in range(PAGE):
        resource = json.loads(observation(size))
        resource["id"] = f"o{number}"
        entries.append({"fullUrl": f"{base}/Observation/o{number}", "resource": resource, "search": {"mode": "match"}})
    links = [{"relation": "self", "url": f"{base}/Observation?patient=p1&_count={PAGE}"}]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "total": PAGE, "link": links, "entry": entries})


class World:
    """The processes of one run and their files."""

    def __init__(self, options, around="usual"):
        self.options = options
        self.around = around
        self.base = random.randrange(20000, 40000)
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.memory = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
        self.work.chmod(0o755)  # nginx drops its rights when it is started as root
        self.processes = {}
        self.token = ""

    def port(self, name):
        return self.base + PORTS[name]

    def base_of(self, name):
        return f"{'https' if self.around == 'https' else 'http'}://127.0.0.1:{self.port(name)}"

    def url(self, name):
        return f"{self.base_of(name)}/fhir/Observation{f'?patient=p1&_count={PAGE}' if self.around == 'page' else '/o1'}"

    def start(self, name, *command):
        out = open(self.work / f"{name}.out", "wb")
        environment = dict(os.environ)
        if name == "gateway" or name in VARIANTS:
            environment.update(pair.split("=", 1) for pair in self.options.env)
            environment.update(VARIANTS.get(name, {}))
        if self.around == "https":
            environment["SSL_CERT_FILE"] = str(self.work / "certificate.pem")
        self.processes[name] = subprocess.Popen(command, stdout=out, stderr=out, env=environment)

    def stop(self):
        database = self.processes.pop("postgres", None)
        end(*self.processes.values())
        # Last, once nobody ships into it any more.
        if database:
            end(database)
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.rmtree(self.memory, ignore_errors=True)

    def prepare(self):
        backend = self.base_of("backend")
        if self.around == "https":
            self.certificate()
        if self.around == "postgres":
            self.postgres()
        fixture = self.work / "fixture"
        self.fixture(fixture, "gateway", backend)
        self.token = (fixture / "token").read_text()
        folder = self.work / "www/fhir/Observation"
        folder.mkdir(parents=True)
        (folder / "o1").write_text(observation(self.options.size))
        (self.work / "www/page").write_text(page(f"{backend}/fhir", self.options.size))
        (self.work / "nginx").mkdir()
        self.start("backend", "nginx", "-c", self.nginx("backend", f"root {self.work}/www; location = /fhir/Observation {{ alias {self.work}/www/page; }}", ""))
        ways = self.options.ways
        if "nginx" in ways:
            location = 'location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; }'
            upstream = f"upstream b {{ server 127.0.0.1:{self.port('backend')}; keepalive 256; keepalive_requests 100000000; }}"
            self.start("nginx", "nginx", "-c", self.nginx("nginx", location, upstream))
        if "haproxy" in ways:
            self.start("haproxy", "haproxy", "-db", "-f", self.haproxy(fixture))
        if "yarp" in ways:
            self.start("yarp", "dotnet", BENCH, "peer", "yarp", str(self.port("yarp")), backend, fixture, *self.words())
        if "yarpjwt" in ways:
            self.start("yarpjwt", "dotnet", BENCH, "peer", "yarp-jwt", str(self.port("yarpjwt")), backend, fixture)
        if "gateway" in ways:
            self.start("gateway", "dotnet", self.options.gateway, "--config", fixture / "etc/gateway.json")
        for name in VARIANTS.keys() & set(ways):
            other = self.memory / name
            self.fixture(other, name, backend)
            shutil.copy(fixture / "jwks.json", other / "jwks.json")
            self.start(name, "dotnet", self.options.gateway, "--config", other / "etc/gateway.json")
        for name in ["backend", *ways]:
            self.wait_for(name)

    def fixture(self, folder, name, backend):
        port = self.port(name)
        command = ["dotnet", BENCH, "prepare", folder, str(port), str(port + 1), backend, *self.words()]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def words(self):
        """What is otherwise than usual, as the gateway's fixture and the peers are told of it."""
        return {
            "postgres": [f"postgres=Host=127.0.0.1;Port={self.port('postgres')};Username=postgres;Timeout=15"],
            "https": [f"certificate={self.work}/certificate.pem", f"key={self.work}/key.pem"],
            "clients": ["clients=50000", "members=1000000"],
        }.get(self.around, [])

    def certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.work / "key.pem", "-out", self.work / "certificate.pem"],
            check=True, capture_output=True,
        )
        (self.work / "key.pem").chmod(0o600)

    def postgres(self):
        """A Postgres that flushes, with both databases; under another user than root, whom it refuses."""
        bin = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
        folder = self.work / "postgres"
        folder.mkdir()
        owner = []
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
            owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run([*owner, bin / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "--locale=C.UTF-8"], check=True, capture_output=True)
        port = str(self.port("postgres"))
        self.start("postgres", *owner, bin / "postgres", "-D", folder / "data", "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}")
        for name in ["registry", "audit"]:
            for _ in range(100):
                if subprocess.run([bin / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "postgres", name], capture_output=True).returncode == 0:
                    break
                time.sleep(0.1)

    def nginx(self, name, inside, before):
        path = self.work / f"nginx/{name}.conf"
        path.write_text(
            f"worker_processes 1; daemon off; pid {path}.pid; error_log {path}.err;\n"
            "events { worker_connections 4096; }\n"
            f"http {{ access_log off; keepalive_requests 100000000; default_type application/fhir+json; {before}\n"
            f"server {{ listen 127.0.0.1:{self.port(name)} backlog=4096{self.secure()} {inside} }} }}\n"
        )
        return path

    def secure(self):
        return f" ssl; ssl_certificate {self.work}/certificate.pem; ssl_certificate_key {self.work}/key.pem;" if self.around == "https" else ";"

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
        trust = ssl.create_default_context(cafile=self.work / "certificate.pem") if self.around == "https" else None
        said = ""
        for _ in range(300):
            try:
                with urllib.request.urlopen(request, timeout=5, context=trust) as answer:
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

    def turn(self, name, seconds, rests=True):
        """One way under load for some seconds: requests/s, p50 and p99 in ms, CPU microseconds of its process per request.

        "cpu" is what it used while there was load, "whole" with what it still did behind its last answer; the next turn waits for that.
        """
        before = self.ticks(name)
        text = subprocess.run(
            ["wrk", "-t", "1", "-c", str(self.options.connections), "-d", f"{seconds}s", "--latency", "-H", f"Authorization: Bearer {self.token}", self.url(name)],
            check=True, capture_output=True, text=True,
        ).stdout
        after = self.ticks(name)
        if "Non-2xx" in text:
            raise SystemExit(f"{name} answered something else than 200:\n{text}")
        count = int(re.search(r"(\d+) requests in", text).group(1))
        whole = self.rest(name) if rests else after
        return {
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "p50": milliseconds(text, "50%"),
            "p99": milliseconds(text, "99%"),
            "cpu": (after - before) / HZ / count * 1e6,
            "whole": (whole - before) / HZ / count * 1e6,
        }

    def turns(self, rounds, seconds):
        """Number, way and result of each turn; every other round goes backwards."""
        for number in range(rounds):
            for name in self.options.ways if number % 2 == 0 else reversed(self.options.ways):
                yield number, name, self.turn(name, seconds)

    def rest(self, name):
        """The ticks of a way once it has come to rest: a twentieth of a core for half a second, or six seconds from now."""
        last = self.ticks(name)
        for _ in range(12):
            time.sleep(0.5)
            now = self.ticks(name)
            if now - last < HZ * 0.025:
                return now
            last = now
        return last

    def warm(self):
        """Each way until neither its rate nor its processor per request gets better by 3 percent any more, twice in a row.

        The just-in-time compiler works on behind the requests for a while: the rate is steady long before the cost of a request is.
        """
        for name in self.options.ways:
            rate, cpu, spent, steady = 0.0, float("inf"), 0, 0
            while spent < self.options.warm and steady < 2:
                turn = self.turn(name, 2, rests=False)
                spent += 2
                steady = steady + 1 if turn["rate"] < rate * 1.03 and turn["cpu"] > cpu * 0.97 else 0
                rate, cpu = max(rate, turn["rate"]), min(cpu, turn["cpu"])


def medians(turns):
    """Of the turns of each way, and of the rounds' ratios to bare YARP where that is one of the ways."""
    rows = {}
    for name, mine in turns.items():
        row = {key: statistics.median(turn[key] for turn in mine) for key in ("rate", "p50", "p99", "cpu", "whole")}
        if "yarp" in turns:
            for key in ("rate", "cpu", "whole"):
                row[f"{key}-ratio"] = statistics.median(turn[key] / bare[key] for turn, bare in zip(mine, turns["yarp"]))
        rows[name] = row
    return rows


def keep(file, kept):
    """Appends what was measured, and when, as one line of JSON."""
    with open(file, "a", encoding="utf-8") as lines:
        lines.write(json.dumps({"at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()), **kept}) + "\n")


def end(*processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def milliseconds(text, label):
    value, unit = re.search(re.escape(label) + r"\s+([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
