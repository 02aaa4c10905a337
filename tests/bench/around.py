"""The gateway beside bare YARP in other surroundings: pages, Postgres, HTTPS, many clients; each in processes of its own.

Called by run.sh: around [--rounds N] [--seconds N] [--only NAME,...] [--save FILE].
"""
import argparse
import signal
import sys
import types

from world import GATEWAY, SURROUNDINGS, World, keep, medians


def measure(around, chosen):
    options = types.SimpleNamespace(ways=["yarp", "gateway"], connections=32, size=1_700, warm=chosen.warm, gateway=chosen.gateway, env=[])
    world = World(options, around)
    turns = {name: [] for name in options.ways}
    try:
        world.prepare()
        world.warm()
        for _, name, turn in world.turns(chosen.rounds, chosen.seconds):
            turns[name].append(turn)
    finally:
        world.stop()
    return medians(turns)


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
        rows = measure(around, chosen)
        bare, mine = rows["yarp"], rows["gateway"]
        print(
            f"| {SURROUNDINGS[around]} | {bare['rate']:.0f} | {mine['rate']:.0f} | {mine['rate-ratio']:.2f} | {bare['cpu']:.0f} | {mine['cpu']:.0f} | {mine['cpu-ratio']:.2f} "
            f"| {mine['whole-ratio']:.2f} | {bare['p50']:.2f} | {mine['p50']:.2f} | {bare['p99']:.1f} | {mine['p99']:.1f} |",
            flush=True,
        )
        if chosen.save:
            keep(chosen.save, {"around": around, **rows})


main()
