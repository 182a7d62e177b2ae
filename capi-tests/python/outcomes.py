"""A pytest plugin: one line per test in the file OUTCOMES, and the end of the process for a test that hangs.

The watchdog is a thread of C, so it also ends a test that is stuck inside a library call.
"""

import faulthandler
import os
import sys

import pytest

LIMIT = float(os.environ["OUTCOMES_LIMIT"])
STDERR = os.dup(2)


def mapped(name):
    """The files with such a name that are mapped into this process."""
    with open("/proc/self/maps") as maps:
        return sorted({os.path.realpath(line.split()[-1]) for line in maps if name in os.path.basename(line.split()[-1])})


def write(*words):
    with open(os.environ["OUTCOMES"], "a") as out:
        print(*words, sep="\t", file=out)


def pytest_configure():
    import zmq  # noqa: F401

    wanted = os.path.realpath(os.environ["OUTCOMES_LIBRARY"])
    if mapped("libzmq.so") != [wanted]:
        sys.exit(f"runs on {mapped('libzmq.so')}, not on {wanted}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    write("start", item.nodeid)
    faulthandler.dump_traceback_later(LIMIT, exit=True, file=STDERR)
    yield
    faulthandler.cancel_dump_traceback_later()


def pytest_runtest_logreport(report):
    text = ""
    if report.failed:
        text = str(report.longrepr).strip().splitlines()[-1]
    elif report.skipped:
        text = str(report.longrepr[-1]) if isinstance(report.longrepr, tuple) else "expected failure"
    write(report.when, report.nodeid, report.outcome, text)
