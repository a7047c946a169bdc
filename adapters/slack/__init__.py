"""Slack: staff ask, heads answer; every payload is verified first."""
