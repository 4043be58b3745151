"""What is untidy and hurts nobody now: a list of its own that never enters a triage answer.

Popeye's hygiene codes that the templates tell, and a few beside them. They become proposed action items afterwards.
"""
