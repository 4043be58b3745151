"""What a person does not want to be told: a code, everywhere or in one namespace or on one name.

`INC404`, `INC163 batch`, `INC101 shop/checkout`; `*` stands for any letters: `INC109 preview-*`.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from incident_mcp.investigate.catalogue import BY_CODE
from incident_mcp.vocabulary.finding import Finding

_FORM = re.compile(r"(INC\d{3})(?:\s+([a-z0-9.*-]+)(?:/([a-z0-9.:*-]+))?)?")


@dataclass(frozen=True, slots=True)
class Silence:
    """One line of the setting."""

    code: str
    namespace: str = "*"
    name: str = "*"

    def covers(self, finding: Finding) -> bool:
        """A finding on an object without a namespace is covered by a line without one."""
        if finding.code != self.code:
            return False
        here = fnmatchcase(finding.target.namespace or "", self.namespace)
        return here and fnmatchcase(finding.target.name, self.name)


def silence(line: str) -> Silence:
    """Raises ValueError, in words, for what is no silence."""
    found = _FORM.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"{line!r} is not CODE, CODE NAMESPACE or CODE NAMESPACE/NAME")
    code, namespace, name = found.groups()
    if code not in BY_CODE:
        raise ValueError(f"there is no finding {code}")
    return Silence(code, namespace or "*", name or "*")
