"""A start: from the process to /readyz, the first call after that, and the median of warm ones.

Called by run.sh: start [--rounds N].
"""
import argparse
import signal
import statistics
import subprocess
import sys
import time
import types
import urllib.request

from world import GATEWAY, World


def call(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    began = time.monotonic()
    with urllib.request.urlopen(request, timeout=5) as answer:
        answer.read()
    return time.monotonic() - began


def once(world, fixture):
    began = time.monotonic()
    # What was built needs the runtime of this machine; what was published is a program.
    program = ["dotnet", world.options.gateway] if world.options.gateway.endswith(".dll") else [world.options.gateway]
    node = subprocess.Popen([*program, "--config", fixture / "etc/gateway.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                call(f"http://127.0.0.1:{world.port('gateway') + 1}/readyz")
                break
            except OSError:
                if time.monotonic() - began > 120:
                    raise SystemExit("the node did not become ready")
                time.sleep(0.01)
        ready = time.monotonic() - began
        first = call(world.url("gateway"), world.token)
        for _ in range(2000):
            call(world.url("gateway"), world.token)
        warm = statistics.median(call(world.url("gateway"), world.token) for _ in range(500))
        return ready, first, warm
    finally:
        node.send_signal(signal.SIGTERM)
        node.wait(30)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gateway", default=str(GATEWAY))
    chosen = parser.parse_args()
    world = World(types.SimpleNamespace(ways=[], connections=32, size=1_700, warm=0, gateway=chosen.gateway, env=[]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        world.prepare()
        found = [once(world, world.work / "fixture") for _ in range(chosen.rounds)]
        ready, first, warm = (statistics.median(column) for column in zip(*found))
        print(f"ready after {ready:.2f} s, first call {first * 1e3:.1f} ms, warm {warm * 1e3:.2f} ms, first/warm {first / warm:.1f}")
    finally:
        world.stop()


main()
