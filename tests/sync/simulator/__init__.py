"""The protocol of the sync in memory: workstations, a server, bad lines and bad luck, thousands of times.

What decides is the program's own code: `sync.rules`, the server's `Push`, the workstation's `_Round` and
`_Pull`, envelopes, chains, the witness. What stands here is what it works on (dictionaries in the place of
SQLCipher and PostgreSQL), the clerks who work with it, and what must hold afterwards. docs/sync-protocol.md,
"The simulator".
"""
