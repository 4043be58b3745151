"""Telling the others: drafts from the record, a person's yes, one send for each message, and what came of each.

Everything here is an action like those of `mitigate/`: a plan with a preview, carried out once. A message can't be
taken back, so what leaves is checked before a person sees it, and nothing is sent a second time by itself.
"""
