"""Functions that run by the clock: a folder for each, which says all that there is to say of it.

`function.py` has its name, schedule, environment and permissions in `FUNCTION`; `alarms.py`, if there is one,
the alarms on what it measures in `ALARMS`. They are apart because commands read alarms and load no Pulumi.
Both are found because they are here. The function's code, and its metrics, are in `functions/`, in the folder
of the same name.
"""
