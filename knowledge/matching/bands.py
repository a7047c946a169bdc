"""The bands: sure enough to answer, worth asking, neither.

The numbers are chances, after those of topics that the school answers alike are
summed. They were chosen by `headnote calibrate` on questions that the index was not
trained on (see docs/quality.md), never on the shared sample.
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """Where a match came to lie."""

    SURE = "sure"
    TORN = "torn between topics"
    UNSURE = "not sure"
    ELSEWHERE = "no business of the policy"
    EMERGENCY = "emergency"


USUAL_RIVAL = 1 / 6
"""The chance of the next different answer beside which `Bands.sure` is needed."""
LEAST_RIVAL = 1 / 8
"""A rival below this makes an answer no surer."""
STEEPNESS = 1 / 4
"""How much more is needed beside a likelier rival (see decision 11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Where the bands begin.

    Attributes:
        sure: From here up an answer is given beside a usual rival; see `needed`.
        sure_of_silence: From here up the policy is said to be silent.
        worth_asking: What two or three candidates must have together to be offered.
        fair_candidate: The least chance of a topic that is offered.
        sure_of_emergency: From here up the emergency topics make an emergency.
        off_topic: From here up a question is no business of the policy.

    """

    sure: float = 0.5
    sure_of_silence: float = 0.5
    worth_asking: float = 0.5
    fair_candidate: float = 0.12
    sure_of_emergency: float = 0.4
    off_topic: float = 0.4

    def needed(self, rival: float) -> float:
        """What an answer's chance must reach beside that of its likeliest rival.

        A chance of a half is safe where the other half is scattered over many topics
        and is a coin's toss where one other answer holds most of it.
        """
        by = max(rival, LEAST_RIVAL) / USUAL_RIVAL
        return self.sure * math.pow(by, STEEPNESS)


BANDS = Bands()
