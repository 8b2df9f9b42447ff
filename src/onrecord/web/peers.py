"""Who is at the other end: the address that counts, and the network that shares a budget."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

__all__ = ["behind_proxies", "network_of", "shortened"]

Network = IPv4Network | IPv6Network
# No later component may see these: Gradio, for one, would build addresses from them.
_FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-original-", b"x-rewrite-")


def behind_proxies(scope: MutableMapping[str, Any], proxies: Sequence[Network]) -> MutableMapping[str, Any]:
    """Give the scope with the true peer and scheme, and without headers on forwarding.

    Those headers are believed only where the peer, and each hop that is stepped over, is a configured proxy; of
    X-Forwarded-For the last entry that is none of them counts, since what is before it was written by anybody.
    """
    client, scheme = scope.get("client"), scope["scheme"]
    if client and _is_proxy(client[0], proxies):
        hops = [hop.strip() for hop in _header(scope, b"x-forwarded-for").split(",") if hop.strip()]
        while hops and _is_proxy(client[0], proxies) and _address(hops[-1]) is not None:
            client = (hops.pop(), 0)
        if _header(scope, b"x-forwarded-proto").strip().lower() in {"http", "https"}:
            scheme = _header(scope, b"x-forwarded-proto").strip().lower()
    headers = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(_FORWARDED)]
    return {**scope, "client": client, "scheme": scheme, "headers": headers}


def network_of(scope: MutableMapping[str, Any]) -> str:
    """Name what shares a budget: an IPv4 address, or the /64 that one subscriber of IPv6 is given."""
    address = _address((scope.get("client") or ("",))[0])
    if address is None:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def shortened(scope: MutableMapping[str, Any]) -> str:
    """Name the peer for a log without naming a person: its /24 or /48."""
    address = _address((scope.get("client") or ("",))[0])
    if address is None:
        return "unknown"
    return str(ip_network((address, 48 if isinstance(address, IPv6Address) else 24), strict=False))


def _is_proxy(text: str, proxies: Sequence[Network]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _header(scope: MutableMapping[str, Any], name: bytes) -> str:
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name)
