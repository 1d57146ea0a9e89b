"""The embedded AWS: providers, cloud and sessions in which the real Pulumi engine runs the program."""

import os

# gRPC tells its user's terminal how connections end; what matters comes as an error. It looks here once,
# when it is imported.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
