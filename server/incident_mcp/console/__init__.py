"""The door for eyes: a local web page of the record, for people beside the chat, and door c of the gate.

Only this machine reaches it (a loopback address), only whoever saw the terminal gets in (a token that works once), and
only the page itself can send a form (`guard`). It reads the journal and asks no cluster; what a person approves here is
carried out when the assistant repeats the same call, as with any door.
"""
