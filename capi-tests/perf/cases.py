"""What is measured: the cases of zbench, and the limits on bare sockets, pipes and memory to set beside them."""

import dataclasses

SIZES = (16, 64, 256, 1024, 8192, 65536, 1048576)
MSG_SIZES = (64, 1024, 65536)
CURVE_SIZES = (64, 1024, 65536)
ROUNDTRIP_SIZES = (64, 1024)
MEMCPY_SIZES = (65536, 1048576, 67108864)
TRANSPORTS = ("tcp", "ipc", "inproc")
WIRES = ("tcp", "ipc")
STREAM_BLOCK = 65536
IDLE_MS = 10
GAPS_US = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50)
RATES = {"1k": 1000, "10k": 10000, "100k": 100000, "1m": 1000000, "5m": 5000000}
LIMIT_STREAM, LIMIT_FAN, LIMIT_PROXY, LIMIT_MEMCPY = "limit-stream", "limit-fan", "limit-proxy", "limit-memcpy"
# Those that move blocks of bytes, in which there is room for so many messages.
LIMITS_OF_BYTES = (LIMIT_STREAM, LIMIT_FAN, LIMIT_PROXY)


@dataclasses.dataclass(frozen=True)
class Case:
    """One case of zbench. `figure` is what the ratio is made of; `limits` are the cases to show beside it, the first of
    which gates refer to; `is_counted` asks for one more run of each library that counts system calls."""

    name: str
    kind: str
    transport: str
    size: int
    figure: str
    extra: tuple = ()
    limits: tuple = ()
    is_counted: bool = False

    @property
    def wants_more(self):
        """Whether more of the figure is better."""
        return self.figure == "rate"

    @property
    def frame(self):
        """Bytes of a message on the wire."""
        return self.size + (2 if self.size < 256 else 9)


def limit_cases():
    cases = [Case(f"limit/stream/{t}", LIMIT_STREAM, t, STREAM_BLOCK, "rate") for t in (*WIRES, "pipe")]
    for transport in (*WIRES, "pipe"):
        for size in ROUNDTRIP_SIZES:
            cases.append(Case(f"limit/roundtrip/{transport}/{size}", "limit-roundtrip", transport, size, "p50_us"))
    for transport in WIRES:
        name = f"limit/roundtrip-idle/{transport}/64"
        cases.append(Case(name, "limit-roundtrip", transport, 64, "p50_us", ("--gap-ms", str(IDLE_MS))))
    cases += [Case(f"limit/futex/{size}", "limit-futex", "inproc", size, "p50_us") for size in ROUNDTRIP_SIZES]
    cases += [Case(f"limit/ring/{size}", "limit-ring", "inproc", size, "rate") for size in SIZES]
    cases += [Case(f"limit/memcpy/{size}", LIMIT_MEMCPY, "inproc", size, "rate") for size in MEMCPY_SIZES]
    for count in ("10", "500"):
        cases.append(Case(f"limit/fan/{count}", LIMIT_FAN, "tcp", STREAM_BLOCK, "rate", ("--count", count)))
    cases.append(Case("limit/proxy/tcp", LIMIT_PROXY, "tcp", STREAM_BLOCK, "rate"))
    cases.append(Case("limit/dealers/100", "limit-dealers", "tcp", 64, "rate", ("--count", "100")))
    cases.append(Case("limit/connections/tcp", "limit-connections", "tcp", 8, "rate"))
    return cases


def stream_limits(transport, size):
    """What a stream can do at best: bare writes and reads, or a ring between two threads."""
    limits = (f"limit/ring/{size}",) if transport == "inproc" else (f"limit/stream/{transport}",)
    return limits + ((f"limit/memcpy/{size}",) if size in MEMCPY_SIZES else ())


def throughput_cases():
    cases = []
    for transport in TRANSPORTS:
        for size in SIZES:
            limits = stream_limits(transport, size)
            cases.append(Case(f"throughput/{transport}/{size}", "throughput", transport, size, "rate", (), limits))
        for size in MSG_SIZES:
            limits = stream_limits(transport, size)
            name = f"throughput-msg/{transport}/{size}"
            cases.append(Case(name, "throughput", transport, size, "rate", ("--msg",), limits))
    return cases


def roundtrip_cases():
    cases = []
    for transport in TRANSPORTS:
        for size in ROUNDTRIP_SIZES:
            limits = (f"limit/roundtrip/{transport}/{size}",)
            if transport == "inproc":
                limits = (f"limit/futex/{size}", f"limit/roundtrip/pipe/{size}")
            cases.append(Case(f"roundtrip/{transport}/{size}", "roundtrip", transport, size, "p50_us", (), limits))
    for transport in WIRES:
        extra, limits = ("--gap-ms", str(IDLE_MS)), (f"limit/roundtrip-idle/{transport}/64",)
        cases.append(Case(f"roundtrip-idle/{transport}/64", "roundtrip", transport, 64, "p50_us", extra, limits))
    return cases


def fan_cases():
    """One socket with many peers."""
    subs, fan = ("--count", "10"), ("limit/fan/10",)
    cases = []
    for size in (64, 1024):
        cases.append(Case(f"pub/tcp/{size}", "pub", "tcp", size, "rate", subs, fan))
        lossless = (*subs, "--lossless")
        cases.append(Case(f"pub-lossless/tcp/{size}", "pub", "tcp", size, "rate", lossless, fan))
    hundred = ("--count", "100")
    cases.append(Case("pub/500", "pub", "tcp", 64, "rate", ("--count", "500"), ("limit/fan/500",)))
    cases.append(Case("dealers/tcp/64", "dealers", "tcp", 64, "rate", hundred, ("limit/dealers/100",)))
    cases.append(Case("proxy/pipeline/64", "proxy-pipeline", "tcp", 64, "rate", (), ("limit/proxy/tcp",)))
    cases.append(Case("proxy/reqrep/64", "proxy-reqrep", "tcp", 64, "rate", hundred))
    cases.append(Case("fairness/100", "fairness", "tcp", 64, "p99_us", hundred))
    return cases


def scale_cases():
    """Many connections, topics or sockets."""
    connections = ("limit/connections/tcp",)
    thousand = ("--count", "1000")
    return [
        Case("idle-memory/tcp", "idle-memory", "tcp", 8, "rss_bytes", ("--count", "500")),
        Case("many/10000", "many", "tcp", 8, "rss_bytes", ("--count", "10000")),
        Case("connections/tcp", "connections", "tcp", 8, "rate", (), connections),
        Case("subscribe/1m", "subscribe", "tcp", 8, "rate", ("--count", "1000000")),
        Case("poll/1000", "poll", "tcp", 8, "p50_us", thousand, ("limit/roundtrip/tcp/64",)),
        Case("poll-ready/1000", "poll", "tcp", 8, "p50_us", (*thousand, "--lossless")),
    ]


def curve_cases():
    cases = [Case(f"curve/tcp/{size}", "throughput", "tcp", size, "rate", ("--curve",)) for size in CURVE_SIZES]
    cases.append(Case("curve/pub/tcp/1024", "pub", "tcp", 1024, "rate", ("--count", "16", "--curve")))
    cases.append(Case("curve/handshakes", "connections", "tcp", 8, "rate", ("--curve",)))
    return cases


def paced_cases():
    """Senders that pause between messages, or keep to a rate. Without a gap the latency is that of the queue."""
    cases = []
    for transport in WIRES:
        for gap in GAPS_US:
            figure = "p50_us" if gap > 0 else "rate"
            cases.append(Case(f"gaps/{transport}/{gap}", "paced", transport, 64, figure, ("--gap-us", str(gap))))
    for name, rate in RATES.items():
        extra = ("--rate", str(rate))
        cases.append(Case(f"paced/tcp/{name}", "paced", "tcp", 64, "cpu_ns", extra, is_counted=True))
    return cases


def all_cases():
    cases = throughput_cases() + roundtrip_cases() + fan_cases() + scale_cases() + curve_cases()
    return cases + paced_cases()
