"""Incoming online applications: the services, the channels they arrive by, the intake, the worklist."""
