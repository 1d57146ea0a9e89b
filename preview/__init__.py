"""What a change does that a reviewer has to know first: risks, time, money, and what has to be approved."""
