"""What the window shows of a central server: how the sync stands, conflicts, joining and sharing."""
