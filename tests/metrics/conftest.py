"""Certificates, for the servers that are reached over TLS."""

import pytest

from tests.cluster.connection.pki import Pki


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()
