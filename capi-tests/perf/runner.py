"""Builds zbench, runs it with two libraries in turn and the limits between them, and makes medians and ratios."""

import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import cases as all_of

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
FIGURES = ("rate", "cpu_ns", "p50_us", "p90_us", "p99_us", "p999_us", "rss_bytes")
COUNTS = ("syscalls", "futexes", "wakes", "switches")
SIDES = ("ours", "theirs")


# The two libraries and the program.


def library_in(folder):
    for name in ("libzmq.so.5", "libzmq.so"):
        path = pathlib.Path(folder) / name
        if path.exists():
            return path.resolve()
    sys.exit(f"run: no libzmq.so.5 in {folder}")


def system_folder():
    ldconfig = shutil.which("ldconfig", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if ldconfig:
        listing = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
        for line in listing.splitlines():
            if "libzmq.so.5 " in line and " => " in line:
                return os.path.dirname(line.split(" => ")[1].strip())
    sys.exit("run: the system has no libzmq.so.5; name its folder with --theirs")


class Library:
    """A library under its one name in a folder of its own, so that the loader finds this and nothing else."""

    def __init__(self, label, folder, scratch):
        self.path = library_in(folder)
        self.version = ""
        own = pathlib.Path(scratch) / label
        own.mkdir()
        (own / "libzmq.so.5").symlink_to(self.path)
        self.env = dict(os.environ, LD_LIBRARY_PATH=f"{own}:{folder}", TMPDIR=str(scratch))


def build(link_with, scratch):
    """Compiles zbench unless it is newer than its sources."""
    sources = sorted(HERE.glob("*.c"))
    inputs = sources + sorted(HERE.glob("*.h"))
    folder = TARGET / "perf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = pathlib.Path(scratch)
    program = folder / "zbench"
    newest = max(path.stat().st_mtime for path in inputs)
    if program.exists() and program.stat().st_mtime >= newest:
        return program
    command = [os.environ.get("CC", "cc"), "-std=c99", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"]
    if not pathlib.Path("/usr/include/zmq.h").exists():
        command += ["-I", str(ROOT / "include")]
    command += ["-o", str(program), *map(str, sources), str(link_with), "-lpthread", "-ldl"]
    subprocess.run(command, check=True)
    return program


# Running.


@dataclasses.dataclass(frozen=True)
class Bench:
    """The program, the two libraries, and how long and how often."""

    program: pathlib.Path
    libraries: dict
    seconds: float
    pairs: int
    is_smoke: bool

    def extra_of(self, case):
        """The arguments of a case; in a smoke run the many are few."""
        extra = list(case.extra)
        if self.is_smoke and "--count" in extra:
            extra[extra.index("--count") + 1] = "10"
        return extra

    def run(self, case, side, share=1.0, more=()):
        """One run, of a `share` of the window. A dictionary, with "error" in it when the run has failed."""
        seconds = 0.05 if self.is_smoke else self.seconds * share
        warmup = 0.02 if self.is_smoke else min(1.0, seconds / 3)
        library = self.libraries[side]
        command = [str(self.program), case.kind, "--transport", case.transport, "--size", str(case.size)]
        command += ["--seconds", str(seconds), "--warmup", str(warmup), "--expect", str(library.path)]
        command += [*self.extra_of(case), *more]
        try:
            done = subprocess.run(
                command, env=library.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=seconds + 60, check=False,
            )
        except subprocess.TimeoutExpired:
            return {"error": "no end"}
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            return {"error": lines[0]}
        result = json.loads(done.stdout)
        library.version = result["version"]
        return result


LIMITS = {case.name: case for case in all_of.limit_cases()}
LIMIT_SHARE = 0.5


def run_pairs(bench, case):
    """ABBA: whichever library went second goes first in the next pair, and the limits come between the two, so that all
    of a pair have the same machine. Stops at the first failure."""
    runs = {name: [] for name in (*SIDES, *case.limits)}
    for pair in range(bench.pairs):
        order = [SIDES[0], *case.limits, SIDES[1]]
        for name in order if pair % 2 == 0 else reversed(order):
            is_side = name in SIDES
            result = bench.run(case, name) if is_side else bench.run(LIMITS[name], "theirs", LIMIT_SHARE)
            if "error" in result:
                return {"runs": runs, "error": f"{name}: {result['error']}"}
            runs[name].append(result)
    outcome = {"runs": runs}
    if case.is_counted:
        outcome["counts"] = {side: count_calls(bench, case, side) for side in SIDES}
    return outcome


def count_calls(bench, case, side):
    """Counting costs time, so it is a run of its own."""
    result = bench.run(case, side, more=("--syscalls",))
    return {name: result[name] for name in COUNTS if name in result}


# Medians and ratios.


def medians(runs):
    figures = FIGURES + ("gbytes_per_s",)
    return {f: statistics.median(run[f] for run in runs) for f in figures if runs and all(f in run for run in runs)}


def limit_value(case, limit, run):
    """What a limit is for a case: of bytes, as many messages as fit into them."""
    if limit.kind in all_of.LIMITS_OF_BYTES:
        return run["gbytes_per_s"] * 1e9 / case.frame
    return run[limit.figure]


def summarise(case, outcome):
    """Medians for each library, and the median of the ratios of the pairs."""
    runs = outcome["runs"]
    for side in SIDES:
        outcome[side] = medians(runs[side])
    outcome["ratio"], outcome["spread"], outcome["limits"] = {}, {}, {}
    for figure in FIGURES:
        pairs = zip(runs["ours"], runs["theirs"])
        ratios = [a[figure] / b[figure] for a, b in pairs if figure in a and b.get(figure, 0) > 0]
        if ratios:
            outcome["ratio"][figure] = statistics.median(ratios)
            outcome["spread"][figure] = [min(ratios), max(ratios)]
    for name in case.limits:
        values = [limit_value(case, LIMITS[name], run) for run in runs[name]]
        ratios = [run[case.figure] / value for run, value in zip(runs["ours"], values)]
        outcome["limits"][name] = {"value": statistics.median(values), "ratio": statistics.median(ratios)}


def measure_case(bench, case):
    outcome = run_pairs(bench, case)
    if "error" not in outcome:
        summarise(case, outcome)
    return outcome


def measure_limits(bench, chosen):
    """Limits on their own."""
    limits = {}
    for case in chosen:
        runs = [bench.run(case, "theirs", LIMIT_SHARE) for _ in range(min(3, bench.pairs))]
        limits[case.name] = medians([run for run in runs if "error" not in run])
    return limits
