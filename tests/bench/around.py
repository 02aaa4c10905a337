"""The gateway beside bare YARP in other surroundings: pages, Postgres, HTTPS, many clients; each in processes of its own.

Called by run.sh: around [--rounds N] [--seconds N] [--only NAME,...] [--save FILE].
"""
import argparse
import json
import signal
import statistics
import sys
import time
import types

from world import GATEWAY, SURROUNDINGS, World

WAYS = ["yarp", "gateway"]


def measure(around, chosen):
    """Medians of each way, and medians of the rounds' ratios."""
    options = types.SimpleNamespace(ways=WAYS, connections=32, size=1_700, warm=chosen.warm, gateway=chosen.gateway, env=[])
    world = World(options, around)
    try:
        world.prepare()
        world.warm()
        rounds = [{name: world.turn(name, chosen.seconds) for name in (WAYS if number % 2 == 0 else WAYS[::-1])} for number in range(chosen.rounds)]
    finally:
        world.stop()
    row = {name: {key: statistics.median(each[name][key] for each in rounds) for key in rounds[0][name]} for name in WAYS}
    row["ratio"] = {key: statistics.median(each["gateway"][key] / each["yarp"][key] for each in rounds) for key in ("rate", "cpu", "whole")}
    return row


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh around", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--warm", type=int, default=20)
    parser.add_argument("--only", default=",".join(SURROUNDINGS), type=lambda text: text.split(","))
    parser.add_argument("--gateway", default=str(GATEWAY))
    parser.add_argument("--save", metavar="FILE", help="append the rows as lines of JSON")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.only if name not in SURROUNDINGS]:
        parser.error(f"no such surroundings: {', '.join(unknown)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print("| | requests/s, YARP | gateway | to YARP | CPU µs, YARP | gateway | to YARP | with what follows | p50 ms, YARP | gateway | p99 ms, YARP | gateway |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for around in chosen.only:
        row = measure(around, chosen)
        bare, mine, ratio = row["yarp"], row["gateway"], row["ratio"]
        print(
            f"| {SURROUNDINGS[around]} | {bare['rate']:.0f} | {mine['rate']:.0f} | {ratio['rate']:.2f} | {bare['cpu']:.0f} | {mine['cpu']:.0f} | {ratio['cpu']:.2f} "
            f"| {ratio['whole']:.2f} | {bare['p50']:.2f} | {mine['p50']:.2f} | {bare['p99']:.1f} | {mine['p99']:.1f} |",
            flush=True,
        )
        if chosen.save:
            with open(chosen.save, "a", encoding="utf-8") as file:
                file.write(json.dumps({"at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()), "around": around, **row}) + "\n")


main()
