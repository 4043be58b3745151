"""The channels, one file each: how a message of theirs looks, is sent once, and is looked for afterwards."""
