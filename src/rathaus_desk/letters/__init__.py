"""From a template and facts to a letter, from a letter to an accessible PDF."""
