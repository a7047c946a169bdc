"""What a workspace's administrator does with the app."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.slack import surfaces
from tests.slack.elements import Json
from tests.slack.envelope import Envelope
from tests.slack.staff import event
from tests.slack.world import Grant, Workspace, World


@dataclass(frozen=True, slots=True)
class Administrator:
    world: World
    workspace: Workspace

    def consents(self, location: str) -> str:
        """Agrees on Slack's page; the address that Slack sends them to next.

        Args:
            location: The address of that page, as the app gave it.

        """
        query = parse_qs(urlsplit(location).query)
        asked = {key: values[0] for key, values in query.items()}
        if asked.get("client_id") != self.world.client_id:
            raise AssertionError("another app's client_id")
        back = asked.get("redirect_uri", "")
        given = Grant(
            team=self.workspace.team,
            scopes=frozenset(asked["scope"].split(",")),
            redirect_uri=back,
        )
        code = surfaces.grant(self.world, given)
        return f"{back}?{urlencode({'code': code, 'state': asked['state']})}"

    def uninstalls(self) -> Envelope:
        """Takes the app out of the workspace; its tokens are dead at once."""
        return self._ended({"type": "app_uninstalled"})

    def revokes(self) -> Envelope:
        """Revokes the app's tokens."""
        tokens = {"oauth": [], "bot": [self.workspace.bot]}
        return self._ended({"type": "tokens_revoked", "tokens": tokens})

    def _ended(self, told: Json) -> Envelope:
        surfaces.remove(self.world, self.workspace)
        return event(self.world, self.workspace, told)
