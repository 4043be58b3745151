"""A private key that was logged with each of its lines as an entry of its own."""

import base64
import secrets

import pytest

from incident_mcp.text.key_lines import mask_key_lines


def key_lines(size: int = 1200) -> list[str]:
    """The middle of a key, as PEM breaks it."""
    body = base64.b64encode(secrets.token_bytes(size)).decode()
    return [body[start : start + 64] for start in range(0, len(body), 64)]


def logged(*lines: str, form: str = "{}") -> bytes:
    said = (form.replace("{}", line) for line in lines)
    return "".join(f"2026-11-24T02:14:03.{number:06}Z {line}\n" for number, line in enumerate(said)).encode()


HEAD, FOOT = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
ORDINARY = "INFO order 1234567890abcdef1234567890abcdef1234567890abcdef placed"


@pytest.mark.parametrize(
    "form", ["{}", "INFO {}", "[worker] DEBUG key: {}", '{"level":"info","msg":"{}"}', '{"msg":"{}","level":"info"}']
)
@pytest.mark.parametrize(("head", "foot"), [([HEAD], [FOOT]), ([HEAD], []), ([], [FOOT])])
def test_none_of_its_lines_is_left_and_no_other_is_touched(form: str, head: list[str], foot: list[str]) -> None:
    lines = key_lines()
    before, after = logged(ORDINARY), logged(ORDINARY, "ready" if not foot else "/healthz 200")
    seen = mask_key_lines(before + logged(*head, *lines, *foot, form=form))
    assert not [line for line in lines if line.encode() in seen]
    assert seen.startswith(before)
    assert seen.count(b"\n") == 1 + len([*head, *lines, *foot])
    assert mask_key_lines(after) == after


def test_what_follows_a_key_is_as_it_was() -> None:
    after = logged(ORDINARY, "c2hvcnQ=")
    assert mask_key_lines(logged(HEAD, *key_lines(), FOOT) + after).endswith(after)


def test_a_certificate_is_no_key() -> None:
    log = logged("-----BEGIN CERTIFICATE-----", *key_lines(), "-----END CERTIFICATE-----", "no PRIVATE KEY here")
    assert mask_key_lines(log) == log
