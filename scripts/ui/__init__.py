"""People in front of the desk: what they click, and what must have come of it."""
