"""The way of a release to prod: what is asked before it, what is watched after it, and the way back.

Each step is a command (`operations/deployment_commands.py`), the same for a person and for
`.github/workflows/`. Contract DEP-1, DEP-2, K8S-5.
"""
