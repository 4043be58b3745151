"""Servers beside the cluster: where they stand, what they are asked through, what they can answer instead of an answer.

What is asked of them is the business of other rooms: `metrics/` for figures and alerts, `logs/` for lines.
"""
