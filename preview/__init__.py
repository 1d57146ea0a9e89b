"""Everything that a reviewer has to know first of a change: risks, time, money, and needed approvals."""
