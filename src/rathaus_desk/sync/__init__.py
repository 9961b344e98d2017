"""The protocol of workstations and server (docs/sync-protocol.md), and the workstation's side of it."""
