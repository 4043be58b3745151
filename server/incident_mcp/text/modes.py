"""The two places where the gate stands, as a reader is told: in a word, in a clause, and in full."""

from typing import Literal

Mode = Literal["Advisory", "Separated"]
"""The word that a question begins its last line with."""

MEANS: dict[Mode, str] = {
    "Advisory": "advisory: whoever has a shell as this user could have given the yes",
    "Separated": "separated: another user's process took the yes from a person, and wrote",
}
"""What an answer says after a change."""

IN_FULL: dict[Mode, str] = {
    "Advisory": "advisory: every change is shown, asked for and recorded, but gate and write credential live in the "
    "assistant's own server, so an assistant with a shell as your user could go around them",
    "Separated": "separated: another user's process alone holds the credential that writes, the policy and the "
    "passphrases",
}
