"""Law and prices as data: reading TOML with line numbers, kinds of file, examples, checking, versions in
force.
"""
