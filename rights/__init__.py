"""Rights: AWS's evaluation of policies, a table of who calls what, and what was granted for nothing.

Needs neither an engine nor an embedded AWS: a graph's resources are plain data, as a state has them. So a
preview can say which access a change widens, and the tests ask every call of the table in each environment.
"""
