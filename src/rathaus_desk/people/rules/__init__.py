"""Pure decisions about people: how they are called, who may be the same, what is well formed."""
