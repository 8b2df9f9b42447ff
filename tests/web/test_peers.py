"""Who is at the other end: forwarded headers are believed from configured proxies only."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from onrecord.web.peers import behind_proxies, network_of, shortened

PROXIES = (ip_network("127.0.0.2"), ip_network("10.0.0.0/8"))


def seen(peer: str, *headers: tuple[str, str]) -> str:
    given = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"client": (peer, 1234), "scheme": "http", "headers": given}
    return network_of(behind_proxies(scope, PROXIES))


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.2", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.2", "1.2.3.4, 198.51.100.1, 10.1.1.1", "198.51.100.1"),
        ("127.0.0.2", "10.1.1.1, 10.1.1.2", "10.1.1.1"),
        ("127.0.0.2", "198.51.100.1, nonsense", "127.0.0.2"),
        ("127.0.0.2", "", "127.0.0.2"),
        ("127.0.0.2", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:ffff::1", "198.51.100.1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
    ],
)
def test_the_last_hop_that_is_no_proxy_counts(peer: str, forwarded: str, network: str) -> None:
    assert seen(peer, ("X-Forwarded-For", forwarded)) == network


def test_several_headers_are_one_list() -> None:
    assert seen("10.0.0.1", ("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "198.51.100.9")) == "198.51.100.9"


def test_nothing_of_forwarding_reaches_the_application() -> None:
    names = ["Forwarded", "X-Forwarded-Host", "x-forwarded-proto", "X-Real-IP", "X-Original-URL", "Accept"]
    scope = {"client": ("203.0.113.7", 1), "scheme": "http", "headers": [(n.encode(), b"https") for n in names]}
    found = behind_proxies(scope, PROXIES)
    assert found["headers"] == [(b"Accept", b"https")]
    assert found["scheme"] == "http"
    assert behind_proxies(scope | {"client": ("10.0.0.1", 1)}, PROXIES)["scheme"] == "https"


@pytest.mark.parametrize(
    ("peer", "shown"),
    [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2::7", "2001:db8:1::/48"), ("", "unknown")],
)
def test_a_log_names_nobody(peer: str, shown: str) -> None:
    assert shortened({"client": (peer, 1)}) == shown
