"""What else it could be: the causes that the evidence leaves open, each with what speaks for and against it."""
