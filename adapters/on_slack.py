"""What the settings and the file of people say about Slack, as its adapter wants it."""

from collections.abc import Iterable

from adapters.directory import Directory
from adapters.settings import Settings
from adapters.slack.app import Placed, SlackSettings
from knowledge.model import SchoolId


def settings_of(settings: Settings) -> SlackSettings:
    """What is set about Slack."""
    return SlackSettings(
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=settings.slack_app_token.get_secret_value(),
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        key=settings.slack_key.get_secret_value(),
        public_url=settings.public_url,
    )


def placed(schools: Iterable[SchoolId], members: Directory) -> tuple[Placed, ...]:
    """Where each school is on Slack; one that nothing more is said of is anywhere."""
    found: list[Placed] = []
    for school in schools:
        if members.roster(school) is not None:
            team, group, channels = members.on_slack(school)
            found.append(
                Placed(school=school, team=team, user_group=group, channels=channels)
            )
    return tuple(found)
