"""What runs in Lambda, when it is called, and which secrets it rotates; the code is in `functions/`."""
