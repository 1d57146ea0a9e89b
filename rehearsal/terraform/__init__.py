"""AWS's own Terraform provider, which pulumi-aws wraps, asked about every resource of a deployed graph.

`build` makes the provider from its pinned Go module, `plugin` speaks with it, `convert` writes a resource of
Pulumi's state as its configuration. `questions`, `values` and `reading` ask, and hold the answers against the
rehearsal's, which `refreshing` has at hand.
"""
