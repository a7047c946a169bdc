"""Kill the service over and over; see that nothing is lost and nothing is said twice.

`python -m tests.crash --full` (or `--short`): what runs, what breaks, what is checked
is told in docs/reliability.md.
"""
