"""What EKS's add-ons bring into a cluster, as far as the platform's other parts meet it."""

from __future__ import annotations

from types import MappingProxyType

# The namespace that an add-on makes for its pods (each one's page in the user guide of its service).
NAMESPACES = MappingProxyType({"amazon-cloudwatch-observability": "amazon-cloudwatch"})
