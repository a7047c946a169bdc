"""What an installation sets about Slack, and what can be wrong with it. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """What an installation sets about Slack; all of it may be empty: no Slack.

    Attributes:
        signing_secret: Verifies what comes by HTTP.
        bot_token: The token of the one workspace; or instead of it, for several:
            `client_id`, `client_secret`, and `key`, which encrypts their tokens.
        app_token: Connects by Socket Mode.
        public_url: Where Headnote is reached; OAuth comes back there.

    """

    signing_secret: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    public_url: str = ""

    @property
    def wanted(self) -> bool:
        """Whether anything of Slack is set."""
        return any(
            (
                self.signing_secret,
                self.bot_token,
                self.app_token,
                self.client_id,
                self.client_secret,
                self.key,
            )
        )


def wrong(settings: SlackSettings) -> tuple[str, ...]:
    """What is wrong with the settings about Slack; each a sentence, without values."""
    if not settings.wanted:
        return ()
    said: list[str] = []
    several = (settings.client_id, settings.client_secret, settings.key)
    if settings.bot_token and any(several):
        said.append(
            "HEADNOTE_SLACK_BOT_TOKEN is for one workspace; HEADNOTE_SLACK_CLIENT_ID, "
            "_CLIENT_SECRET and _KEY are for several. Set the one or the others."
        )
    elif not settings.bot_token and not all(several):
        said.append(
            "Slack needs HEADNOTE_SLACK_BOT_TOKEN; or for several workspaces "
            "HEADNOTE_SLACK_CLIENT_ID, _CLIENT_SECRET and _KEY."
        )
    if not settings.signing_secret and not settings.app_token:
        said.append(
            "Slack needs HEADNOTE_SLACK_SIGNING_SECRET, or HEADNOTE_SLACK_APP_TOKEN "
            "for Socket Mode."
        )
    if any(several) and not settings.public_url:
        said.append(
            "Several workspaces install Headnote by its public address: set "
            "HEADNOTE_PUBLIC_URL."
        )
    for name, value, start in (
        ("BOT_TOKEN", settings.bot_token, "xoxb-"),
        ("APP_TOKEN", settings.app_token, "xapp-"),
    ):
        if value and not value.startswith(start):
            said.append(f"HEADNOTE_SLACK_{name} begins with {start}.")
    return tuple(said)
