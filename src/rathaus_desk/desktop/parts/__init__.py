"""What pages are made of. A part knows nothing of graves or fees: a page describes, a part shows."""
