"""A form as a browser sends it."""

from urllib.parse import parse_qsl

from starlette.requests import Request

FIELDS = 20


async def form_of(request: Request) -> dict[str, str]:
    """Its fields; one that is no form has none. The last of a name counts."""
    try:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        return {}
