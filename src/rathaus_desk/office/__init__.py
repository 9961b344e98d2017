"""The running town hall: the only place that knows all modules, and joins what they do not know of each other."""
