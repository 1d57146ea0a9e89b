"""What CloudWatch would make of data points: alarms, metric math, composite alarms, filter patterns.

moto keeps alarms and filters, and evaluates none of them. Here they are evaluated by CloudWatch's
documented rules, so that a test can drive every declared alarm and see its state.
"""
