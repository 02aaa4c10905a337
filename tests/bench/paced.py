"""Latency at half load: both ways at the same fixed rate, half of what the gateway serves when it is asked without a pause.

Called by run.sh: paced [--rounds N] [--seconds N] [--rate N] [--ways yarp,gateway,noflush].
"""
import argparse
import signal
import statistics
import subprocess
import sys
import types

from world import BENCH, GATEWAY, TITLES, World


def paced(world, name, rate, seconds):
    done = subprocess.run(
        ["dotnet", BENCH, "pace", world.url(name), str(rate), str(seconds), "256"], input=world.token, check=True, capture_output=True, text=True
    )
    return [float(word) for word in done.stdout.split()[:3]]


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh paced", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rate", type=int, help="calls per second; default: half of the gateway's rate")
    parser.add_argument("--warm", type=int, default=40)
    parser.add_argument("--ways", default="yarp,gateway,noflush", type=lambda text: text.split(","))
    parser.add_argument("--gateway", default=str(GATEWAY))
    chosen = parser.parse_args()
    options = types.SimpleNamespace(ways=chosen.ways, connections=32, size=1_700, warm=chosen.warm, gateway=chosen.gateway, env=[])
    world = World(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        world.prepare()
        world.warm()
        rate = chosen.rate or int(world.turn("gateway", 5)["rate"] / 2)
        rows = {name: [] for name in options.ways}
        for number in range(chosen.rounds):
            for name in options.ways if number % 2 == 0 else reversed(options.ways):
                rows[name].append(paced(world, name, rate, chosen.seconds))
                world.rest(name)
        print(f"{rate} calls/s, due at fixed times, {chosen.rounds} rounds of {chosen.seconds} s; medians in ms\n")
        print("| | p50 | p99 | p99.9 |\n|---|---|---|---|")
        middle = {name: [statistics.median(column) for column in zip(*found)] for name, found in rows.items()}
        for name, (p50, p99, p999) in middle.items():
            print(f"| {TITLES[name]} | {p50:.2f} | {p99:.2f} | {p999:.2f} |")
        for name in options.ways[1:]:
            print(f"\n{TITLES[name]}: p99 above bare YARP {middle[name][1] - middle[options.ways[0]][1]:.2f} ms")
    finally:
        world.stop()


main()
