"""Cemeteries, graves, rights of use and burials: who lies where until when, and who may decide about it."""
