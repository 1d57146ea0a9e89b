"""The way from the internet to the pods: domain, certificates, CloudFront, firewall, load balancer."""
