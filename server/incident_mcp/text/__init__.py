"""What may come in and go out: cleaning, masking, fencing, budgets, templates, the wording of questions."""
