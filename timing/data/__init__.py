"""Facts: how long AWS takes for what, and which operations exclude each other, each with its source.

"Apply logs" are the lines `Creation complete after …` of Terraform in public repositories: the same provider
and the same waiting as Pulumi's.
"""
