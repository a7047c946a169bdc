"""The outside: command line, web page, and the wiring of everything."""
