"""The door for people: commands that start the server, play the demo, and show what is going on."""
