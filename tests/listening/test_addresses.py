"""Which addresses are on the public internet."""

import pytest

from listening.addresses import is_public, names_own_network


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "100.127.255.254",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:db8::1",
    ],
)
def test_private(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"]
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "intranet",
        "127.0.0.1",
        "10.1.2.3",
        "[::1]",
        "fd00::1",
        "wiki.corp",
        "news.Internal.",
        "nas.home.arpa",
    ],
)
def test_a_name_that_says_itself_that_it_is_ones_own(host: str) -> None:
    assert names_own_network(host)


@pytest.mark.parametrize("host", ["news.example", "93.184.215.14", "corp.example", "[2606:4700::1111]", "локал.рф"])
def test_a_name_that_says_nothing_of_the_kind(host: str) -> None:
    assert not names_own_network(host)
