"""Phase 5: facts from the record, the seed's template, a file. What the record does not hold is asked."""
