"""Durations on AWS: facts about them, a simulation of the engine, and what follows from both.

Reads what the engine recorded (its state, its event log, its plan) and calls nobody: neither Pulumi nor AWS.
"""
