"""The embedded AWS: providers, cloud and sessions in which the real Pulumi engine runs the program."""
