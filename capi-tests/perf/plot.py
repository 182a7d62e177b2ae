"""Draws two panels as SVG: throughput by message size, round trips by percentile; ours solid, theirs dashed."""

import dataclasses
import html
import math

from cases import SIZES, TRANSPORTS

WIDTH, HEIGHT = 1060, 500
COLOURS = {"tcp": "#0072b2", "ipc": "#d55e00", "inproc": "#009e73"}
SIDES = {"ours": ("this library", ""), "theirs": ("libzmq", "7 5")}
PERCENTILES = {"p50_us": "p50", "p90_us": "p90", "p99_us": "p99", "p999_us": "p99.9"}
ROUNDTRIP_SIZE = 64
MARGIN = 0.06
FONT = "font-family='Helvetica, Arial, sans-serif'"
INK, SOFT, GRID = "#222222", "#555555", "#dddddd"


@dataclasses.dataclass(frozen=True)
class Panel:
    """A rectangle with a logarithmic y axis. `places` are what stands along x: where, and the label."""

    left: float
    title: str
    x_title: str
    y_title: str
    places: tuple
    low: int  # powers of ten
    high: int
    unit: object  # makes the label of a power of ten
    top: float = 84
    width: float = 420
    height: float = 300

    def x_at(self, place):
        first, last = self.places[0][0], self.places[-1][0]
        return self.left + self.width * (MARGIN + (1 - 2 * MARGIN) * (place - first) / (last - first))

    def y_at(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)


@dataclasses.dataclass(frozen=True)
class Line:
    """One library over one transport: points are (place along x, value)."""

    transport: str
    side: str
    points: tuple


# What is drawn.


def throughput_lines(outcomes):
    lines = []
    for transport in TRANSPORTS:
        for side in SIDES:
            points = []
            for size in SIZES:
                rate = outcomes.get(f"throughput/{transport}/{size}", {}).get(side, {}).get("rate")
                if rate:
                    points.append((math.log2(size), rate))
            lines.append(Line(transport, side, tuple(points)))
    return [line for line in lines if line.points]


def latency_lines(outcomes):
    lines = []
    for transport in TRANSPORTS:
        for side in SIDES:
            figures = outcomes.get(f"roundtrip/{transport}/{ROUNDTRIP_SIZE}", {}).get(side, {})
            points = [(place, figures[name]) for place, name in enumerate(PERCENTILES) if figures.get(name)]
            lines.append(Line(transport, side, tuple(points)))
    return [line for line in lines if line.points]


def powers_around(lines, default):
    """The powers of ten that all values lie between."""
    values = [value for line in lines for _, value in line.points] or list(default)
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def size_label(size):
    if size >= 1024 * 1024:
        return f"{size // (1024 * 1024)} MiB"
    return f"{size // 1024} KiB" if size >= 1024 else f"{size} B"


def rate_label(power):
    for unit, zeros in (("G", 9), ("M", 6), ("k", 3)):
        if power >= zeros:
            return f"{10 ** (power - zeros)} {unit}"
    return f"{10.0**power:g}"


def time_label(power):
    if power >= 6:
        return f"{10 ** (power - 6)} s"
    return f"{10 ** (power - 3)} ms" if power >= 3 else f"{10.0 ** power:g} µs"


# Drawing.


def text(x, y, words, anchor="middle", size=12, colour=INK, more=""):
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size}' fill='{colour}' {more}>"
        f"{html.escape(words)}</text>"
    )


def stroke(x1, y1, x2, y2, colour, width=1.0, dashes=""):
    dash = f" stroke-dasharray='{dashes}'" if dashes else ""
    return (
        f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' "
        f"stroke-width='{width}'{dash}/>"
    )


def mark(x, y, transport, side):
    fill = COLOURS[transport] if side == "ours" else "#ffffff"
    return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{fill}' stroke='{COLOURS[transport]}' stroke-width='1.6'/>"


def axes(panel):
    right, bottom = panel.left + panel.width, panel.top + panel.height
    parts = [text(panel.left + panel.width / 2, panel.top - 16, panel.title, size=15, more="font-weight='bold'")]
    for power in range(panel.low, panel.high + 1):
        y = panel.y_at(10.0**power)
        parts.append(stroke(panel.left, y, right, y, GRID))
        parts.append(text(panel.left - 8, y + 4, panel.unit(power), "end", colour=SOFT))
    for place, label in panel.places:
        x = panel.x_at(place)
        parts.append(stroke(x, panel.top, x, bottom, GRID))
        parts.append(text(x, bottom + 18, label, colour=SOFT))
    parts.append(stroke(panel.left, bottom, right, bottom, INK))
    parts.append(stroke(panel.left, panel.top, panel.left, bottom, INK))
    parts.append(text(panel.left + panel.width / 2, bottom + 40, panel.x_title, size=13))
    x, y = panel.left - 54, panel.top + panel.height / 2
    parts.append(text(x, y, panel.y_title, size=13, more=f"transform='rotate(-90 {x:.1f} {y:.1f})'"))
    return parts


def curve(panel, line):
    """A stroke through the points, and a mark on each."""
    points = [(panel.x_at(place), panel.y_at(value)) for place, value in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = SIDES[line.side][1]
    dash = f" stroke-dasharray='{dashes}'" if dashes else ""
    parts = [f"<polyline points='{path}' fill='none' stroke='{COLOURS[line.transport]}' stroke-width='2.2'{dash}/>"]
    return parts + [mark(x, y, line.transport, line.side) for x, y in points]


def legend(y):
    """One entry for each line, in one row below the panels."""
    parts = []
    steps, x = {"tcp": 160, "ipc": 160, "inproc": 178}, 52
    for transport in TRANSPORTS:
        for side, (words, dashes) in SIDES.items():
            parts.append(stroke(x, y, x + 36, y, COLOURS[transport], 2.2, dashes))
            parts.append(mark(x + 18, y, transport, side))
            parts.append(text(x + 43, y + 4, f"{transport}, {words}", "start"))
            x += steps[transport]
    return parts


def draw(outcomes, subtitle):
    """The SVG of `outcomes` (by name of case, as --json has them)."""
    rates, times = throughput_lines(outcomes), latency_lines(outcomes)
    sizes = tuple((math.log2(size), size_label(size)) for size in SIZES)
    shares = tuple(enumerate(PERCENTILES.values()))
    rate_range, time_range = powers_around(rates, (1e3, 1e7)), powers_around(times, (1, 1e4))
    panels = (
        (Panel(84, "PUSH to PULL", "message size", "messages / s", sizes, *rate_range, rate_label), rates),
        (Panel(604, f"REQ to REP and back, {ROUNDTRIP_SIZE} B", "percentile", "round-trip time", shares, *time_range,
               time_label), times),
    )
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' {FONT}>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='#ffffff'/>",
        text(WIDTH / 2, 30, subtitle, size=13, colour=SOFT),
    ]
    for panel, lines in panels:
        parts += axes(panel)
        for line in lines:
            parts += curve(panel, line)
    parts += legend(HEIGHT - 32)
    return "\n".join([*parts, "</svg>", ""])
