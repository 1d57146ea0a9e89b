"""What everything else stands on: the network, encryption keys, and the registry of images."""
