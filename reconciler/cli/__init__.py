"""The command line: arguments in, text and a status out."""
