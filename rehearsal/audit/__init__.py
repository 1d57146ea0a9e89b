"""`make audit`: checkers made by others, on everything that the program declares.

* `checkov` reads the Kubernetes objects of every environment, and its AWS resources as a plan of Terraform.
* `parliament` reads every IAM document: roles, trust, keys, buckets, topics, secrets.
* AWS's own service models check the values of every AWS resource. The embedded provider does that in
  every `up`; here is reported which types no model has seen.

What they find is mended, or waived in `waivers.yaml` with a reason and a day on which it is looked at
again.
"""
