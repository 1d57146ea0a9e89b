"""The folder in which a rehearsal keeps state and journal, and what makes sure that they are whole."""
