"""Alarms as data: one module for each subject.

Those on what a function measures are beside it (infra/functions); infra/alarm_catalogue.py puts all together.
"""
