"""The three bands: sure enough to answer, worth asking, neither.

The numbers are chances after agreeing topics are summed. They were chosen on
phrasings of one writer scored by an index trained on the others' (see
docs/quality.md), never on the shared sample.
"""

SURE = 0.5
"""From here up an answer is given."""
SURE_OF_SILENCE = 0.4
"""From here up the policy is said to be silent."""
WORTH_ASKING = 0.5
"""What two or three candidates must have together to be offered."""
FAIR_CANDIDATE = 0.12
"""The least chance of a topic that is offered."""
SURE_OF_EMERGENCY = 0.4
"""From here up the emergency topics together make an emergency."""
OFF_TOPIC = 0.4
"""From here up a question is no business of the policy."""
