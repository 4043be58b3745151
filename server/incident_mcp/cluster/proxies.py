"""Which proxy leads to the API server: the cluster's `proxy-url`, else HTTPS_PROXY and NO_PROXY read as kubectl does.

The rules are Go's (golang.org/x/net/http/httpproxy): NO_PROXY holds hosts (with their subdomains), `.domain` or
`*.domain` (subdomains only), addresses, CIDR blocks, each with an optional port, or `*`; loopback is never proxied.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import SplitResult, urlsplit

from incident_mcp.vocabulary.errors import SettingsError

_SCHEMES = ("http", "https", "socks5")
_PORTS = {"http": 80, "https": 443}


def proxy_for(server: str, proxy_url: str, environment: Mapping[str, str]) -> str | None:
    """The proxy's URL, or None for a direct connection.

    Raises SettingsError when the proxy can't be used.
    """
    if proxy_url:
        return _checked(proxy_url, "proxy-url in the kubeconfig")
    target = urlsplit(server)
    name = f"{target.scheme}_proxy"
    url = environment.get(name.upper()) or environment.get(name) or ""
    if not url or bypassed(target, environment.get("NO_PROXY") or environment.get("no_proxy") or ""):
        return None
    return _checked(url if "://" in url else f"http://{url}", name.upper())


def bypassed(target: SplitResult, no_proxy: str) -> bool:
    """True when NO_PROXY, or being on this machine, says that `target` is reached directly."""
    host = (target.hostname or "").lower()
    address = _address(host)
    if host == "localhost" or (address and address.is_loopback):
        return True
    port = str(target.port or _PORTS.get(target.scheme, ""))
    entries = [entry.strip().lower() for entry in no_proxy.split(",")]
    return "*" in entries or any(_matches(entry, host, address, port) for entry in entries if entry)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _matches(entry: str, host: str, address: Address | None, port: str) -> bool:
    if "/" in entry:
        return address is not None and _in_block(address, entry)
    name, wanted_port = _split_port(entry)
    if wanted_port and wanted_port != port:
        return False
    named = _address(name)
    if named is not None:
        return named == address
    if name.startswith("*."):
        name = name[1:]
    if name.startswith("."):
        return host.endswith(name)
    return bool(name) and (host == name or host.endswith("." + name))


def _in_block(address: Address, block: str) -> bool:
    try:
        return address in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str]:
    if _address(entry) is not None:  # a bare IPv6 address is all colons
        return entry, ""
    name, colon, port = entry.rpartition(":")
    return (name.strip("[]"), port) if colon else (entry.strip("[]"), "")


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _checked(url: str, origin: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme not in _SCHEMES:
        raise SettingsError(f"{origin} has the scheme {scheme!r}.", "It must be http, https or socks5.")
    if scheme == "socks5" and find_spec("socksio") is None:
        raise SettingsError(
            f"{origin} names a SOCKS proxy, and the package that speaks SOCKS is not installed.",
            "Install it beside incident-mcp: pip install socksio",
        )
    return url
