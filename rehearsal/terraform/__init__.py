"""AWS's own Terraform provider, which pulumi-aws wraps, asked about every resource of a deployed graph.

`build` makes the provider from its pinned Go module, `plugin` speaks with it, `convert` writes a resource of
Pulumi's state as its configuration, `questions` asks, `comparison` holds the answers against the rehearsal's.
"""
