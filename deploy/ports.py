"""TCP ports on the loopback interface: free ones, and who holds a taken one."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from kernel import ids

LOOPBACK = "127.0.0.1"
_FIRST = 20_000
_TAKEN: set[int] = set()
"""Handles of the names that this process has taken, one a port; they go with it."""
# RabbitMQ's command line tools take their own distribution port from this range.
_CLI_PORTS = range(35_672, 35_683)


def free_port(avoid: tuple[int, ...] = ()) -> int:
    """A port that nothing listens on, below the range the kernel hands out to clients.

    A client that keeps knocking at a port of that range while its server is away can be given the very
    same port as its own end: it then talks to itself, and the server can't bind when it comes back.
    No other process that asks here is given the same port for as long as this one lives.
    """
    for port in _candidates():
        if port not in avoid and port not in _CLI_PORTS and is_free(port) and _take(port):
            return port
    raise OSError("no free TCP port on 127.0.0.1")


def free_ports(count: int) -> list[int]:
    """`count` different free ports."""
    found: list[int] = []
    while len(found) < count:
        found.append(free_port(tuple(found)))
    return found


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could bind `port` now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, host: str = LOOPBACK, timeout_s: float = 1.0) -> bool:
    """Whether something accepts connections at `port`."""
    try:
        socket.create_connection((host, port), timeout=timeout_s).close()
    except OSError:
        return False
    return True


def holder(port: int) -> str:
    """Who listens at `port`, for people: "nginx (process 812)", or "another program" if we may not see."""
    inodes = set(_listening_inodes(port))
    for pid in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            handles = [str(fd.readlink()) for fd in (Path("/proc") / pid / "fd").iterdir()]
            if any(f"socket:[{inode}]" in handles for inode in inodes):
                return f"{(Path('/proc') / pid / 'comm').read_text().strip()} (process {pid})"
        except OSError:
            continue
    return "another program"


def _take(port: int) -> bool:
    """Whether no process was given this port before: a name without a file says so, where the system has such names."""
    if not sys.platform.startswith("linux"):
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as name:
        try:
            name.bind(f"\0airport-port-{port}")
        except OSError:
            return False
        _TAKEN.add(name.detach())
    return True


def _candidates() -> Iterator[int]:
    try:
        low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        low = 32_768
    last = low - 1 if low - _FIRST > 2_000 else 32_767
    span = last - _FIRST
    for _ in range(500):
        yield _FIRST + int(ids.new_id()[-8:], 16) % span


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]
