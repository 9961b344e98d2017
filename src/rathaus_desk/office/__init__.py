"""The running town hall: the only place that knows all modules, and joins them."""
