"""The types everybody speaks: frozen values that carry facts between the rooms, and no behaviour of their own."""
