"""Messages that point at something which was never said: "does it cover mine?".

Whatever they come near, they can't be answered; one more sentence settles it. A
message is vague when none of its words says what it is about.
"""

from collections.abc import Sequence

FEWEST = 2
"""A single plain word ("ok") points at nothing."""

_PLAIN = frozenset(
    """
    i me my mine myself we us our ours you your yours he him his she her hers it its
    they them their theirs this that these those one ones some any something anything
    someone anyone somebody anybody thing things stuff both either other same
    a an the of to in on at by for from with without about as into over up down out
    off back again and or but if so than then there here now not no yet just only
    also too still even ever really actually please right
    am is are was were be been being do does did done doing have has had having can
    could may might must shall should will would cannot
    who whom whose what which when where why how
    allowed allow alright okay ok fine good bad wrong possible necessary
    go going get getting got put use using keep keeping bring take taking make made
    let happen happens happening matter matters count counts cover covered covers
    apply applies mean means need needs want wants try say tell ask know think sort
    deal handle wait carry leave set stop start
    """.split()  # noqa: SIM905  a page of quotes would not read better
)


def vague(tokens: Sequence[str]) -> bool:
    """Whether none of a message's words says what it is about."""
    return len(tokens) >= FEWEST and all(token in _PLAIN for token in tokens)
