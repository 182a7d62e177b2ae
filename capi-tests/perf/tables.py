"""What has been measured, as text: tables of cases, limits and system calls, sweeps, and the README's tables."""

import re

from cases import LIMIT_MEMCPY, LIMITS_OF_BYTES
from runner import COUNTS, LIMITS, SIDES


def si(value):
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value:.3g}"


def micros(*values):
    if not values:
        return "-"
    return "/".join(f"{value:.1f}" if value < 1000 else f"{value:.0f}" for value in values) + " us"


def latency(figures, names):
    return micros(*(figures[name] for name in names if name in figures))


def text_of(case, figures):
    """The figures of one library, as much of them as a cell holds."""
    if case.kind == "paced":
        return f"{si(figures['rate'])}/s {latency(figures, ('p50_us', 'p99_us'))}"
    if case.kind == "fairness":
        return f"{latency(figures, ('p50_us', 'p99_us'))} {si(figures['rate'])}/s"
    if case.figure == "p50_us":
        return latency(figures, ("p50_us", "p99_us", "p999_us"))
    if case.figure == "rss_bytes":
        return f"{figures['rss_bytes'] / 1024:.1f} KiB"
    if case.kind in ("throughput", "pub", "limit-ring", LIMIT_MEMCPY, *LIMITS_OF_BYTES):
        return f"{si(figures['rate'])}/s {figures['gbytes_per_s']:.3g} GB/s"
    return f"{si(figures['rate'])}/s"


def value_text(case, value):
    """One figure alone."""
    return micros(value) if case.figure == "p50_us" else f"{si(value)}/s"


def limit_text(case, outcome):
    limits = outcome.get("limits", {})
    return value_text(case, limits[case.limits[0]]["value"]) if case.limits and limits else "-"


def cpu_text(figures):
    if "cpu_ns" not in figures:
        return "-"
    return f"{figures['cpu_ns']:.0f}" if figures["cpu_ns"] < 1e6 else f"{figures['cpu_ns']:.3g}"


def ratio_text(outcome, figure):
    return f"{outcome['ratio'][figure]:.2f}" if figure in outcome["ratio"] else "-"


# Tables. A row is a tuple of cells.


def markdown_row(cells):
    return "| " + " | ".join(cells) + " |"


class Table:
    """Prints rows as they come: in columns, or as Markdown."""

    def __init__(self, headings, widths, is_markdown, file=None):
        self.widths, self.is_markdown, self.file = widths, is_markdown, file
        self.row(headings)
        if is_markdown:
            print("|" + "---|" * len(headings), file=file)

    def row(self, cells):
        if self.is_markdown:
            text = markdown_row(cells)
        else:
            text = "  ".join(cell.ljust(width) for cell, width in zip(cells, self.widths)).rstrip()
        print(text, file=self.file, flush=True)


CASE_HEADINGS = ("case", "ours", "theirs", "ratio", "spread", "cpu ns ours", "cpu ns theirs", "cpu ratio", "limit")
CASE_WIDTHS = (26, 30, 30, 6, 12, 11, 13, 9, 10)


def case_row(case, outcome):
    if "error" in outcome:
        return (case.name, "failed: " + outcome["error"], *("",) * 7)
    ours, theirs = outcome["ours"], outcome["theirs"]
    low, high = outcome["spread"].get(case.figure, (0, 0))
    return (
        case.name, text_of(case, ours), text_of(case, theirs), ratio_text(outcome, case.figure),
        f"{low:.2f}-{high:.2f}", cpu_text(ours), cpu_text(theirs), ratio_text(outcome, "cpu_ns"),
        limit_text(case, outcome),
    )


LIMIT_HEADINGS = ("case", "ours", "limit", "ours / limit", "what limits")
LIMIT_WIDTHS = (26, 12, 12, 13, 0)


def limit_words(name):
    """What a limit is, in words."""
    kind, *rest = name.removeprefix("limit/").split("/")
    words = {
        "stream": "bare {}, 64 KiB at a time", "roundtrip": "bare {}, blocking ping-pong of {} B",
        "roundtrip-idle": "bare {}, ping-pong of {} B after 10 ms idle", "futex": "two threads and a futex, {} B",
        "ring": "a ring between two threads, {} B", "memcpy": "memcpy of {} B",
        "fan": "bare tcp to {} connections, 64 KiB at a time", "proxy": "bare {}, 64 KiB at a time through a process",
        "dealers": "bare tcp, {} connections with 10 of 64 B on their way",
        "connections": "bare {}, connect, accept, ZMTP's three exchanges, close",
    }
    return words[kind].format(*(f"{part} sockets" if part in ("tcp", "ipc") else part for part in rest))


def limit_rows(cases, outcomes):
    for case in cases:
        for name, limit in outcomes[case.name].get("limits", {}).items():
            ours = value_text(case, outcomes[case.name]["ours"][case.figure])
            value = value_text(case, limit["value"])
            yield case.name, ours, value, f"{limit['ratio']:.2f}", limit_words(name)


CALL_HEADINGS = ("calls a message", "ours", "theirs")
CALL_WIDTHS = (42, 12, 12)
CALL_WORDS = {
    "syscalls": "system calls", "futexes": "futex calls", "wakes": "eventfd writes", "switches": "voluntary switches",
}


def call_rows(cases, outcomes):
    """System calls for each message, of all processes."""
    for case in cases:
        counts = outcomes[case.name].get("counts")
        for name in COUNTS if counts else ():
            cells = [f"{counts[side][name]:.4f}" if name in counts[side] else "-" for side in SIDES]
            yield (f"{case.name} {CALL_WORDS[name]}", *cells)


def worst_of_sweep(cases, outcomes, transport, figure):
    """The largest ratio over the gaps, with its case; None without results."""
    found = []
    for case in cases:
        ratio = outcomes[case.name].get("ratio", {}).get(figure)
        if re.fullmatch(rf"gaps/{transport}/[1-9]\d*", case.name) and ratio is not None:
            found.append((ratio, case))
    return max(found, key=lambda pair: pair[0], default=None)


def sweep_lines(cases, outcomes):
    for transport in ("tcp", "ipc"):
        for figure in ("p50_us", "p99_us", "cpu_ns"):
            worst = worst_of_sweep(cases, outcomes, transport, figure)
            if worst:
                yield f"gaps/{transport}, worst {figure}: {worst[0]:.2f} at {worst[1].name.split('/')[-1]} us"


def print_rest(cases, outcomes, limits, is_markdown, file=None):
    """All that stands below the table of the cases."""
    tables = (
        (LIMIT_HEADINGS, LIMIT_WIDTHS, list(limit_rows(cases, outcomes))),
        (CALL_HEADINGS, CALL_WIDTHS, list(call_rows(cases, outcomes))),
    )
    for headings, widths, rows in tables:
        if rows:
            print(file=file)
            table = Table(headings, widths, is_markdown, file)
            for row in rows:
                table.row(row)
    lines = list(sweep_lines(cases, outcomes))
    lines += [f"{name}: {text_of(LIMITS[name], figures)}" for name, figures in limits.items() if figures]
    if lines:
        print(file=file)
        print_lines(lines, is_markdown, file)


def print_lines(lines, is_markdown, file=None):
    for line in lines:
        print(("- " if is_markdown else "") + line, file=file)


# For the README.

README_HEADINGS = ("case", "ours", "libzmq", "ratio", "CPU ratio", "limit")


def readme_text(case, figures):
    if case.kind == "fairness":
        return f"p99 {latency(figures, ('p99_us',))}, flood {si(figures['rate'])}/s"
    if case.kind == "paced":
        return f"{cpu_text(figures)} ns CPU, {latency(figures, ('p50_us', 'p99_us'))}"
    if case.figure == "p50_us":
        return latency(figures, ("p50_us", "p99_us"))
    if case.figure == "rss_bytes":
        return f"{figures['rss_bytes'] / 1024:.1f} KiB"
    return f"{si(figures['rate'])}/s"


def readme_row(case, outcome, name=None):
    ours, theirs = outcome["ours"], outcome["theirs"]
    return (
        name or case.name, readme_text(case, ours), readme_text(case, theirs), ratio_text(outcome, case.figure),
        ratio_text(outcome, "cpu_ns"), limit_text(case, outcome),
    )


def readme_rows(cases, outcomes):
    """One row for each case, but of each sweep only the worst."""
    for case in cases:
        if "error" not in outcomes[case.name] and not case.name.startswith("gaps/"):
            yield readme_row(case, outcomes[case.name])
    for transport in ("tcp", "ipc"):
        worst = worst_of_sweep(cases, outcomes, transport, "p50_us")
        if worst:
            gap = worst[1].name.split("/")[-1]
            yield readme_row(worst[1], outcomes[worst[1].name], f"gaps/{transport}/1 to 50, worst: {gap}")


def markdown(headings, rows):
    return [markdown_row(headings), "|" + "---|" * len(headings), *map(markdown_row, rows)]


def readme(cases, outcomes, subtitle):
    """Two tables in Markdown, line by line."""
    first = markdown(README_HEADINGS, readme_rows(cases, outcomes))
    return [f"{subtitle}:", "", *first, "", *markdown(LIMIT_HEADINGS, limit_rows(cases, outcomes))]
