"""What must hold: bounds on the ratios between the two libraries, and between ours and a limit of the machine."""

import dataclasses
import fnmatch

THEIRS, LIMIT = "theirs", "limit"


@dataclasses.dataclass(frozen=True)
class Gate:
    """For the cases of a glob: the median over the pairs of ours / `against` for a figure, and its bound."""

    cases: str
    figure: str
    relation: str
    bound: float
    against: str = THEIRS

    def holds(self, ratio):
        return ratio >= self.bound if self.relation == ">=" else ratio <= self.bound

    def is_on(self, case):
        return fnmatch.fnmatchcase(case.name, self.cases)


TWO_CPUS = (
    Gate("throughput/tcp/16", "rate", ">=", 5),
    Gate("throughput/tcp/16", "cpu_ns", "<=", 1 / 5),
    Gate("throughput/tcp/64", "rate", ">=", 5),
    Gate("throughput/tcp/64", "cpu_ns", "<=", 1 / 5),
    Gate("throughput/ipc/64", "rate", ">=", 5),
    Gate("throughput/ipc/64", "cpu_ns", "<=", 1 / 5),
    Gate("throughput/tcp/1024", "rate", ">=", 2),
    Gate("throughput/tcp/65536", "rate", ">=", 1.5),
    Gate("throughput/tcp/1048576", "rate", ">=", 1.5),
    Gate("throughput/inproc/16", "rate", ">=", 3),
    Gate("throughput/inproc/64", "rate", ">=", 4),
    Gate("throughput/inproc/1024", "rate", ">=", 4),
    Gate("roundtrip/tcp/64", "p50_us", "<=", 0.40),
    Gate("roundtrip/tcp/64", "p50_us", "<=", 1.6, LIMIT),
    Gate("roundtrip/ipc/64", "p50_us", "<=", 0.40),
    Gate("roundtrip/ipc/64", "p50_us", "<=", 1.6, LIMIT),
    Gate("roundtrip/inproc/64", "p50_us", "<=", 0.60),
    Gate("roundtrip-idle/*/64", "p50_us", "<=", 0.50),
    Gate("pub/tcp/64", "rate", ">=", 4),
    Gate("pub/500", "rate", ">=", 4),
    Gate("pub/tcp/1024", "rate", ">=", 3),
    Gate("dealers/tcp/64", "rate", ">=", 3),
    Gate("proxy/pipeline/64", "rate", ">=", 4),
    Gate("idle-memory/tcp", "rss_bytes", "<=", 1 / 8),
    Gate("connections/tcp", "rate", ">=", 3),
    Gate("poll/1000", "p50_us", "<=", 0.1),
    Gate("poll-ready/1000", "p50_us", "<=", 0.1),
    Gate("subscribe/1m", "rate", ">=", 3),
    Gate("curve/tcp/64", "rate", ">=", 2),
    Gate("curve/tcp/1024", "rate", ">=", 1.5),
    Gate("curve/tcp/65536", "rate", ">=", 1.5),
)


def never_worse(case):
    return Gate(case.name, case.figure, ">=" if case.wants_more else "<=", 1.0)


def gates_for(case, is_one_cpu):
    """Whatever has no bound of its own must not be worse than the other library; on one CPU that is all."""
    own = [] if is_one_cpu else [gate for gate in TWO_CPUS if gate.is_on(case)]
    return own or [never_worse(case)]


def ratio_of(gate, case, outcome):
    if gate.against == THEIRS:
        return outcome.get("ratio", {}).get(gate.figure)
    return outcome.get("limits", {}).get(case.limits[0], {}).get("ratio")


def check(cases, outcomes, is_one_cpu):
    """Whether all hold, and a line for each."""
    all_hold, lines = True, []
    for case in cases:
        for gate in gates_for(case, is_one_cpu):
            ratio = ratio_of(gate, case, outcomes[case.name])
            holds = ratio is not None and gate.holds(ratio)
            all_hold = all_hold and holds
            told = "no result" if ratio is None else f"{ratio:.3f}"
            against = f" of {case.limits[0]}" if gate.against == LIMIT else ""
            wanted = f"wanted {gate.relation} {gate.bound:.3g}"
            lines.append(f"{'holds' if holds else 'FAILS'}  {case.name} {gate.figure}{against}: {told}, {wanted}")
    return all_hold, lines
