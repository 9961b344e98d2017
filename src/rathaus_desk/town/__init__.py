"""The town itself: its authority, offices, clerks and bank account; cases, notes and follow-ups."""
