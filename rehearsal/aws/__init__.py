"""The embedded AWS: the `aws` provider, and moto as the cloud behind it."""
