"""The web page: a conversation in a browser, without a line of script needed."""
