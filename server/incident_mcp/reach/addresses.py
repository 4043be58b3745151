"""Which addresses may be asked: whatever a user could reach, never this machine or a cloud's metadata."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")
_METADATA = frozenset(
    ip_address(each)
    for each in (
        "169.254.169.254",  # AWS, Google, Azure, OpenStack and others; link-local anyway
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "168.63.129.16",  # Azure's wire server
    )
)
_THIS_NETWORK = ip_network("0.0.0.0/8")


def may_be_asked(address: str) -> bool:
    """Private networks may: inner load balancers live there."""
    try:
        found = _inner(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    never = found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved
    return not never and found not in _METADATA and found not in _THIS_NETWORK


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
