"""Alarms as data: one module for each subject.

Those of functions that run by the clock are beside them (infra/functions/scheduled); infra/alarm_catalogue.py
puts all together.
"""
