"""A town's old lists of graves: read by rows, gathered by graves, planned, taken over."""
