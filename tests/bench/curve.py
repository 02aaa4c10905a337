"""How requests/s and CPU per request grow with connections and with the size of the answer, the gateway beside bare YARP in one run.

Called by run.sh: curve [--seconds N] [--save FILE].
"""
import argparse
import signal
import sys
import types

from world import GATEWAY, World, keep, observation

CONNECTIONS = [1, 8, 32, 128, 512]
SIZES = [1_000, 10_000, 100_000, 1_000_000]
USUAL = (32, 1_700)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh curve", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--warm", type=int, default=40)
    parser.add_argument("--gateway", default=str(GATEWAY))
    parser.add_argument("--save", metavar="FILE", help="append the points as lines of JSON")
    chosen = parser.parse_args()
    options = types.SimpleNamespace(
        ways=["yarp", "gateway"], connections=USUAL[0], size=USUAL[1], warm=chosen.warm, gateway=chosen.gateway, env=[]
    )
    world = World(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        world.prepare()
        world.warm()
        print("| connections | bytes | requests/s, YARP | gateway | to YARP | CPU µs, YARP | gateway | to YARP | p99 ms, YARP | gateway |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for connections, size in [(many, USUAL[1]) for many in CONNECTIONS] + [(USUAL[0], size) for size in SIZES]:
            options.connections, options.size = connections, size
            (world.work / "www/fhir/Observation/o1").write_text(observation(size))
            bare, mine = (world.turn(name, chosen.seconds) for name in options.ways)
            print(
                f"| {connections} | {size} | {bare['rate']:.0f} | {mine['rate']:.0f} | {mine['rate'] / bare['rate']:.2f} "
                f"| {bare['cpu']:.0f} | {mine['cpu']:.0f} | {mine['cpu'] / bare['cpu']:.2f} | {bare['p99']:.1f} | {mine['p99']:.1f} |",
                flush=True,
            )
            if chosen.save:
                keep(chosen.save, {"connections": connections, "size": size, "yarp": bare, "gateway": mine})
    finally:
        world.stop()


main()
