"""Overload: 2,000 connections onto an upstream that takes a second. What is served and what is turned away, memory, and the time after.

Called by run.sh: overload [--connections N] [--seconds N].
"""
import argparse
import collections
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time
import types

from world import BENCH, GATEWAY, World

COUNT = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args) seen = {} end
function response(status, headers, body) seen[status] = (seen[status] or 0) + 1 end
function done(summary, latency, requests)
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("seen")) do print("status " .. status .. " " .. count) end
  end
  print("p99 " .. latency:percentile(99) / 1000)
end
"""


class Slow(World):
    """The same with an upstream that is slow."""

    def fixture(self, folder, name, backend):
        super().fixture(folder, name, backend)
        path = folder / "etc/gateway.json"
        settings = json.loads(path.read_text())
        # All of them come from one address here, as behind a balancer.
        settings["PhiGateway"].setdefault("Limits", {})["ConnectionsPerPeer"] = 5_000
        path.write_text(json.dumps(settings))

    def prepare(self):
        super().prepare()
        backend = self.processes.pop("backend")
        backend.send_signal(signal.SIGTERM)
        backend.wait(20)
        self.start("backend", "dotnet", BENCH, "slow", str(self.port("backend")))
        time.sleep(3)


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh overload", description=__doc__)
    parser.add_argument("--connections", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--gateway", default=str(GATEWAY))
    chosen = parser.parse_args()
    world = Slow(types.SimpleNamespace(ways=["gateway"], connections=32, size=1_700, warm=0, gateway=chosen.gateway, env=[]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        world.prepare()
        script = world.work / "count.lua"
        script.write_text(COUNT)
        pid = world.processes["gateway"].pid
        before, most, over = resident(pid), [0], threading.Event()

        def watch():
            while not over.wait(0.2):
                most[0] = max(most[0], resident(pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        load = ["wrk", "-t", "1", "-c", str(chosen.connections), "-d", f"{chosen.seconds}s", "--timeout", "30s", "-s", script]
        text = subprocess.run([*load, "-H", f"Authorization: Bearer {world.token}", world.url("gateway")], capture_output=True, text=True).stdout
        over.set()
        watcher.join()
        began = time.monotonic()
        world.wait_for("gateway")
        after = time.monotonic() - began
        counts = collections.Counter()
        for line in text.splitlines():
            words = line.split()
            if words[:1] == ["status"]:
                counts[words[1]] += int(words[2])
        print(f"{chosen.connections} connections, an upstream of 1 s, {chosen.seconds} s: " + ", ".join(f"{n} × {s}" for s, n in sorted(counts.items())))
        print("\n".join(line for line in text.splitlines() if line.startswith("p99") or "Socket errors" in line))
        print(f"memory {before} MiB before, {most[0]} MiB at most, {resident(pid)} MiB after; a call right after it was served in {after:.2f} s")
    finally:
        world.stop()


main()
