"""Workers of the engine: how many operations it has under way at once."""

# What our commands start it with. Its own are four for each processor: 16 on CI's runners, 8 on a small
# machine. With 16, prod's database waits for a minute until tags and rules of others are made, and the
# services come a minute and a half later (`make timeline ENV=prod PARALLEL=16`); 64 save half a minute more,
# with twice the calls at once.
WORKERS = 32
