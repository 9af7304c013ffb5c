"""Names are resolved in threads, so that a slow resolver doesn't hold up every green thread of the process.

The system's resolver blocks, and eventlet's green one costs each process 170 ms and 11 MB and reads neither
the system's caches nor its configuration in full.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from eventlet import tpool
from eventlet.patcher import original


def resolve_in_threads() -> None:
    """Replace `socket.getaddrinfo`; call it once, after eventlet's monkey_patch."""
    resolve = original("socket").getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if host is None or _is_address(host):
            return resolve(host, *arguments, **options)
        return tpool.execute(resolve, host, *arguments, **options)

    socket.getaddrinfo = getaddrinfo


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host if isinstance(host, str) else host.decode("ascii", "replace"))
    except ValueError:
        return False
    return True
