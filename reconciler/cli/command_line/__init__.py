"""The command line: options, help, shell completion and usage errors."""
