#!/usr/bin/env python3
"""The patterns through pyzmq, on the library that the loader finds.

    patterns.py NAME [--library FILE]

Prints "NAME ok" and ends with 0. --library says which file has to be the one that is mapped.
"""

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
import threading

import zmq
import zmq.asyncio

ENDPOINTS = ("tcp://127.0.0.1:*", "ipc://{}/socket", "inproc://patterns")
EXCHANGES = {}
LIMIT_MS = 10_000


def exchange(function):
    """A function(context, endpoint) that is run over every transport."""
    EXCHANGES[function.__name__.replace("_", "-")] = function
    return function


def pair_of(context, bound_type, connected_type, endpoint):
    bound, connected = context.socket(bound_type), context.socket(connected_type)
    for socket in (bound, connected):
        socket.rcvtimeo = socket.sndtimeo = LIMIT_MS
        socket.linger = 0
    bound.bind(endpoint)
    connected.connect(bound.last_endpoint.rstrip(b"\0").decode())
    return bound, connected


def same(got, expected):
    if got != expected:
        raise AssertionError(f"got {got!r}, not {expected!r}")


@exchange
def request_reply(context, endpoint):
    rep, req = pair_of(context, zmq.REP, zmq.REQ, endpoint)
    with rep, req:
        for body in (b"", b"x", b"y" * 300, b"z" * 100_000):
            req.send_multipart([b"question", body])
            same(rep.recv_multipart(), [b"question", body])
            rep.send(body, copy=False)
            same(req.recv(copy=False).bytes, body)
        try:
            req.recv(zmq.NOBLOCK)
            raise AssertionError("a REQ received before it sent")
        except zmq.ZMQError as error:
            same(error.errno, zmq.EFSM)


@exchange
def publish_subscribe(context, endpoint):
    xpub, sub = pair_of(context, zmq.XPUB, zmq.SUB, endpoint)
    with xpub, sub:
        for topic in (b"a", b"b.c"):
            sub.subscribe(topic)
        same([xpub.recv(), xpub.recv()], [b"\1a", b"\1b.c"])
        for topic in (b"a1", b"b", b"b.c2", b"c", b"a"):
            xpub.send_multipart([topic, b"news"])
        same([sub.recv_multipart()[0] for _ in range(3)], [b"a1", b"b.c2", b"a"])
        sub.unsubscribe(b"a")
        same(xpub.recv(), b"\0a")
        for topic in (b"a", b"b.c"):
            xpub.send(topic)
        same(sub.recv(), b"b.c")


@exchange
def pipeline(context, endpoint):
    push, pull = pair_of(context, zmq.PUSH, zmq.PULL, endpoint)
    count = 5_000

    def work():
        for number in range(count):
            push.send_pyobj(number)

    with push, pull:
        worker = threading.Thread(target=work)
        worker.start()
        same([pull.recv_pyobj() for _ in range(count)], list(range(count)))
        worker.join()


@exchange
def router_dealer(context, endpoint):
    router, dealer = pair_of(context, zmq.ROUTER, zmq.DEALER, endpoint)
    with router, dealer, context.socket(zmq.DEALER) as named:
        named.linger, named.rcvtimeo, named.routing_id = 0, LIMIT_MS, b"named"
        named.connect(router.last_endpoint.rstrip(b"\0").decode())
        dealer.send_multipart([b"", b"1"])
        named.send(b"2")
        letters = dict(reversed(router.recv_multipart()[-2:]) for _ in range(2))
        same(letters[b"2"], b"named")
        router.send_multipart([b"named", b"for you"])
        same(named.recv(), b"for you")
        router.router_mandatory = True
        try:
            router.send_multipart([b"nobody", b"?"])
            raise AssertionError("a ROUTER sent to nobody")
        except zmq.ZMQError as error:
            same(error.errno, zmq.EHOSTUNREACH)
        dealer.send(b"3")
        routing_id, _ = router.recv_multipart()
        router.send_multipart([routing_id, b"", b"4"])
        same(dealer.recv_multipart(), [b"", b"4"])


@exchange
def poller(context, endpoint):
    pull, push = pair_of(context, zmq.PULL, zmq.PUSH, endpoint)
    reading, writing = os.pipe()
    with pull, push:
        asked = zmq.Poller()
        asked.register(pull, zmq.POLLIN)
        asked.register(reading, zmq.POLLIN)
        same(asked.poll(0), [])
        same(push.poll(LIMIT_MS, zmq.POLLOUT), zmq.POLLOUT)
        timer = threading.Timer(0.05, push.send, [b"late"])
        timer.start()
        same(asked.poll(LIMIT_MS), [(pull, zmq.POLLIN)])
        timer.join()
        same(pull.recv(), b"late")
        os.write(writing, b"!")
        same(asked.poll(LIMIT_MS), [(reading, zmq.POLLIN)])
        push.send(b"both")
        same(pull.poll(LIMIT_MS), zmq.POLLIN)
        same(dict(asked.poll(LIMIT_MS)), {pull: zmq.POLLIN, reading: zmq.POLLIN})
    os.close(reading)
    os.close(writing)


@exchange
def asyncio_exchange(context, endpoint):
    """The loop sleeps on ZMQ_FD alone, so nothing may be lost between an edge and what ZMQ_EVENTS says."""
    shadow = zmq.asyncio.Context.shadow(context.underlying)

    async def serve(router, rounds):
        for _ in range(rounds):
            await router.send_multipart(await router.recv_multipart())

    async def ask(dealer, rounds):
        for number in range(rounds):
            await dealer.send_multipart([b"", str(number).encode()])
            same(await dealer.recv_multipart(), [b"", str(number).encode()])

    async def burst(router, dealer, count):
        for number in range(count):
            await dealer.send(str(number).encode())
        for number in range(count):
            same((await router.recv_multipart())[1], str(number).encode())

    async def both():
        router, dealer = pair_of(shadow, zmq.ROUTER, zmq.DEALER, endpoint)
        with router, dealer:
            await asyncio.wait_for(asyncio.gather(serve(router, 500), ask(dealer, 500)), LIMIT_MS / 1000)
            await asyncio.wait_for(burst(router, dealer, 500), LIMIT_MS / 1000)

    asyncio.run(both())


def mapped_library():
    with open("/proc/self/maps") as maps:
        return sorted({line.split()[-1] for line in maps if "libzmq.so" in line})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=EXCHANGES)
    parser.add_argument("--library", metavar="FILE")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    if args.list or not args.name:
        print("\n".join(EXCHANGES))
        return
    if args.library and mapped_library() != [os.path.realpath(args.library)]:
        sys.exit(f"runs on {mapped_library()}, not on {args.library}")
    with tempfile.TemporaryDirectory() as directory:
        for endpoint, is_shared in itertools.product(ENDPOINTS, (False, True)):
            # Once in a context of its own that is terminated, once more in the one for all.
            context = zmq.Context.instance() if is_shared else zmq.Context()
            EXCHANGES[args.name](context, endpoint.format(directory))
            if not is_shared:
                context.term()
    print(f"{args.name} ok")


if __name__ == "__main__":
    main()
