"""The human gate: plan -> question -> answer -> permit -> execution -> outcome. The only room that mints a Permit."""
