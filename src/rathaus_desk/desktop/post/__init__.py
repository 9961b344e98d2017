"""The post in the window."""
