"""The declaration of the platform: what exists in every environment, and nothing that acts."""
