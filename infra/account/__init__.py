"""The account itself: who did what in it, how CI comes into it, what it may cost."""
