"""The program of a rehearsal: the process that runs it, and how Pulumi's SDK is made quick there."""
