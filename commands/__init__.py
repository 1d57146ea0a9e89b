"""Code that the command lines of `rehearsal` and `operations` share."""
