"""Lambda functions: when each is called, and what it may do; their code is in `functions/`.

A folder for each function has all that there is to say of it: `function.py` its schedule, environment and
permissions, `alarms.py` the alarms on what it measures in `ALARMS`. They are apart because commands read
alarms and load no Pulumi; alarms are found because they are there. Functions in `scheduled` are declared
because they are there, too. The others are given more of the platform than is there at one time:
a stage (infra/stages) declares each in its place.
"""
