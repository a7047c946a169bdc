"""Slack as far as Headnote meets it: a strict double, and the tests on it."""
