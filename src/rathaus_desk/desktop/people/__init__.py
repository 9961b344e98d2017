"""The register in the window."""
