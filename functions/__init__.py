"""Code that AWS Lambda runs: one folder for each function, whose `handler.handle` is called."""
