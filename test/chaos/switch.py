"""A network switch in user space, for kernels without netem: one TUN device in each network namespace, and for each
direction between two of them a delay with jitter, a loss and a cut of its own.

    python3 switch.py NAMESPACE=ADDRESS ...

Each line on standard input is an order, answered with one line once it holds (FROM and TO are addresses or *, one
direction):

    link FROM TO DELAY_MS JITTER_MS LOSS CUT     LOSS from 0 to 1, CUT 0 or 1
    counts                                       answers "forwarded N lost N cut N"

It ends with its standard input; its devices go with it.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
# Below that of Ethernet, so that packets are as many as on a real network.
MTU = 1400
# Packets taken from one device before the others get their turn.
BURST = 64
PLAIN = (0.0, 0.0, 0.0, False)

libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace_fd):
    if libc.setns(namespace_fd, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns: " + os.strerror(ctypes.get_errno()))


def open_tun(namespace):
    """The device is made inside the namespace; its file stays with us."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/var/run/netns/" + namespace, os.O_RDONLY)
    try:
        enter(there)
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"mesh0", IFF_TUN_NO_PI))
        return fd
    finally:
        enter(home)
        os.close(there)
        os.close(home)


def plug(namespace, address):
    fd = open_tun(namespace)
    for words in (
        f"addr add {address}/24 dev mesh0",
        f"link set mesh0 up mtu {MTU} txqueuelen 2000",
        "link set lo up",
    ):
        subprocess.check_call(["ip", "-n", namespace, *words.split()])
    return fd


class Switch:
    def __init__(self, ports):
        self.port_of = {socket.inet_aton(address): fd for fd, address in ports.items()}
        self.links = {}
        self.waiting = []
        self.last_due = {}
        self.number = 0
        self.counts = {"forwarded": 0, "lost": 0, "cut": 0}

    def order(self, words):
        if words[0] == "counts":
            return " ".join(f"{name} {count}" for name, count in self.counts.items())
        _, source, target, delay, jitter, loss, cut = words
        setting = (float(delay) / 1000, float(jitter) / 1000, float(loss), cut == "1")
        everybody = list(self.port_of)
        for a in everybody if source == "*" else [socket.inet_aton(source)]:
            for b in everybody if target == "*" else [socket.inet_aton(target)]:
                self.links[a, b] = setting
        return "ok"

    def take(self, packet, now):
        target = packet[16:20]
        if packet[0] >> 4 != 4 or target not in self.port_of:
            return
        pair = (packet[12:16], target)
        delay, jitter, loss, cut = self.links.get(pair, PLAIN)
        if cut:
            self.counts["cut"] += 1
        elif loss and random.random() < loss:
            self.counts["lost"] += 1
        elif delay == 0 and pair not in self.last_due:
            self.deliver(target, packet)
        else:
            # A path keeps its order, whatever the jitter.
            due = max(now + delay + random.uniform(-jitter, jitter), self.last_due.get(pair, 0))
            self.last_due[pair] = due
            self.number += 1
            heapq.heappush(self.waiting, (due, self.number, target, packet))

    def deliver_due(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            _, _, target, packet = heapq.heappop(self.waiting)
            self.deliver(target, packet)

    def deliver(self, target, packet):
        try:
            os.write(self.port_of[target], packet)
            self.counts["forwarded"] += 1
        except OSError:
            # The device is full or gone: a lost packet, as on any network.
            self.counts["lost"] += 1

    def wait_ms(self, now):
        return max(0, (self.waiting[0][0] - now) * 1000) if self.waiting else None


def orders_from(line_buffer):
    """Whole lines of standard input; None at its end."""
    data = os.read(0, 65536)
    if not data:
        return None
    *lines, rest = (line_buffer + data).split(b"\n")
    return rest, [line.decode().split() for line in lines if line.strip()]


def main(arguments):
    ports = {}
    for argument in arguments:
        namespace, address = argument.split("=")
        ports[plug(namespace, address)] = address
    switch = Switch(ports)
    poll = select.poll()
    for fd in (0, *ports):
        poll.register(fd, select.POLLIN)
    print("ready", flush=True)
    rest = b""
    while True:
        for fd, _ in poll.poll(switch.wait_ms(time.monotonic())):
            if fd == 0:
                read = orders_from(rest)
                if read is None:
                    return
                rest, orders = read
                for words in orders:
                    print(switch.order(words), flush=True)
                continue
            now = time.monotonic()
            for _ in range(BURST):
                try:
                    switch.take(os.read(fd, 65536), now)
                except BlockingIOError:
                    break
        switch.deliver_due(time.monotonic())


main(sys.argv[1:])
