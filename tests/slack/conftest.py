"""Headnote at Oakfield School, in the double's workspace."""

from collections.abc import AsyncIterator

import pytest

from knowledge import School
from tests.slack.rig import SlackRig


@pytest.fixture
async def rig(oakfield: School) -> AsyncIterator[SlackRig]:
    async with SlackRig(oakfield) as made:
        yield made
