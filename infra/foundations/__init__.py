"""Foundations: the network, encryption keys, and the registry of images."""
