"""The benchmark: how long things take, compared with the engine's own floor."""
