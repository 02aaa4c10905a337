"""The load benchmark: several ways to the same answer, in turn and interleaved in one run, on this machine.

Called by run.sh, which sees to the tools. Nothing of it is left behind; every process it ends is one that it started.
"""
import argparse
import os
import signal
import subprocess
import sys
import time

from world import GATEWAY, TITLES, World, keep, medians


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
    parser.add_argument("--warm", type=int, default=40, help="most seconds of warm-up for each way")
    parser.add_argument("--ways", default="nginx,haproxy,yarp,yarpjwt,gateway,noflush", type=lambda text: text.split(","))
    parser.add_argument("--size", type=int, default=1700, help="bytes of the answer")
    parser.add_argument("--gateway", default=str(GATEWAY), help="another build of the gateway")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="an environment variable for the gateway")
    parser.add_argument("--save", metavar="FILE", help="append the result as one line of JSON")
    parser.add_argument("--perf", metavar="FILE", help="record samples of the gateway after the rounds (needs perf)")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.warm, chosen.ways = 5, 3, 24, ["yarp", "gateway"]
    for name, value in zip(["rounds", "seconds", "connections", "warm"], chosen.places):
        setattr(chosen, name, value)
    if chosen.perf:
        chosen.env += ["DOTNET_PerfMapEnabled=1", "DOTNET_EnableWriteXorExecute=0"]
    if unknown := [way for way in chosen.ways if way not in TITLES]:
        parser.error(f"no such way: {', '.join(unknown)}")
    return chosen


def report(chosen, turns):
    rows = medians(turns)
    print(f"{chosen.rounds} rounds of {chosen.seconds} s, {chosen.connections} connections; medians; ratios are medians of the rounds' ratios to bare YARP\n")
    print("| | requests/s to bare YARP | requests/s | p50 ms | p99 ms | CPU µs/request | CPU to bare YARP | with what follows |")
    print("|---|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        ratios = [f"{row[key]:.2f}" if key in row else "" for key in ("rate-ratio", "cpu-ratio", "whole-ratio")]
        print(f"| {TITLES[name]} | {ratios[0]} | {row['rate']:.0f} | {row['p50']:.2f} | {row['p99']:.2f} | {row['cpu']:.1f} | {ratios[1]} | {ratios[2]} |")
    if chosen.save:
        kept = {"cores": os.cpu_count()}
        kept |= {key: getattr(chosen, key) for key in ("rounds", "seconds", "connections", "size", "env")}
        kept["ways"] = {name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}
        keep(chosen.save, kept)
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
        for number, name, turn in world.turns(chosen.rounds, chosen.seconds):
            turns[name].append(turn)
            print(f"{number + 1} {name} {turn['rate']:.0f}/s p99 {turn['p99']:.2f} ms cpu {turn['cpu']:.1f} µs", file=sys.stderr)
        report(chosen, turns)
        if chosen.perf:
            profile(world, 6)
    finally:
        world.stop()


main()
