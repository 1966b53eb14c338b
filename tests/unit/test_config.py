"""What a configuration means once it is right: defaults, references, paths, conversions."""

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
import yaml

from intake.config import (
    ImapSource,
    MaildirSource,
    OAuth2Settings,
    SmtpDelivery,
    load,
    locate,
)
from intake.errors import ConfigError
from intake.hours import Hours, Weekly
from intake.model import Address, Cadence, Item, ItemName, Kind

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"
CONTRACT = ROOT.parent / "shared" / "PRODUCT.md"
SECRETS = {"INTAKE_IMAP_PASSWORD": "one", "INTAKE_SMTP_PASSWORD": "two"}
BASE = "intake: {address: Intake@Studio.example}\ndelivery: {type: maildir, path: Sent}\n"
KEYS = """
intake.address intake.name intake.trusted_authserv_ids intake.unverified_senders intake.answer_after_seconds
intake.answer_caps.sender_per_hour intake.answer_caps.sender_per_day intake.answer_caps.thread_per_day
intake.default_checklist intake.timezone intake.fiscal_year_starts intake.reuse intake.answer_mail_since
authentication.own_dkim authentication.timeout_seconds
sources.type sources.host sources.port sources.security sources.username sources.password sources.folder
sources.done_folder sources.held_folder sources.poll_seconds
delivery.type delivery.host delivery.port delivery.security delivery.username delivery.password
delivery.bounce_address delivery.sent_folder delivery.server_keeps_sent delivery.hold
blobs.url blobs.region blobs.endpoint_url blobs.kms_key_id blobs.confidential_kms_key_id
database.url
limits.message_octets limits.document_octets limits.archive_octets limits.archive_entries limits.pages
limits.extract_seconds
kinds
checklists.onboarding.item checklists.onboarding.label checklists.onboarding.kind
checklists.onboarding.max_age_days checklists.onboarding.cadence checklists.onboarding.period
checklists.onboarding.upcoming checklists.onboarding.count checklists.onboarding.links
checklists.onboarding.required
reminders.after_days reminders.hours reminders.weekdays reminders.tell_freelancer_after reminders.digest
links.fetch_hosts links.max_octets links.timeout_seconds
scan.clamd letters.templates letters.languages confidential.words
retention.keep_days_after_close retention.keep_days_held holidays webhook.url webhook.secret
alerts.to alerts.stuck_minutes metrics.bind keys.tokens
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


def keys_of(node: object, path: str = "") -> Iterator[str]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from keys_of(value, f"{path}.{key}")
    elif isinstance(node, list) and node and isinstance(node[0], dict):
        for value in node:
            yield from keys_of(value, path)
    else:
        yield path.removeprefix(".")


def test_the_example_loads() -> None:
    settings = load(EXAMPLE, SECRETS)

    assert settings.intake.address == "intake@studio.example"


def test_the_example_names_every_key() -> None:
    text = re.sub(r"\$\{[^}]*\}", "x", EXAMPLE.read_text("utf-8"))

    assert set(keys_of(yaml.safe_load(text))) == set(KEYS.split())


def test_every_key_of_the_example_says_something_about_itself() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    keyed = [line for line in lines if re.match(r"\s*(- )?[a-z_0-9]+: [^|\n]*\S", line)]
    silent = [line for line in keyed if "#" not in line]

    assert silent == []


@pytest.mark.skipif(not CONTRACT.exists(), reason="the product's contract is not beside this tree")
def test_the_block_of_the_contract_loads_as_it_stands(tmp_path: Path) -> None:
    block = CONTRACT.read_text("utf-8").split("```yaml\n")[1].split("```")[0]

    settings = load(written(tmp_path, block), SECRETS)

    assert settings.intake.answer_mail_since == date(2026, 11, 22)


def test_the_values_of_the_example_are_the_defaults(tmp_path: Path) -> None:
    example = load(EXAMPLE, SECRETS)
    smallest = load(written(tmp_path, BASE), {})

    assert example.limits == smallest.limits
    assert example.intake.answer_caps == smallest.intake.answer_caps
    assert example.checklists == smallest.checklists
    assert example.reminders == smallest.reminders
    assert example.links == smallest.links
    assert example.confidential == smallest.confidential
    assert example.retention == smallest.retention


def test_reminders_are_read(tmp_path: Path) -> None:
    text = (
        f"{BASE}holidays: gb-eng\nreminders: {{after_days: [2, 5], hours: '8:30-24:00', weekdays: [sat, sun],"
        " tell_freelancer_after: 1, digest: Friday 16:00}\n"
    )

    settings = load(written(tmp_path, text), {})

    assert settings.holidays == "GB-ENG"
    assert settings.reminders.after_days == (2, 5)
    assert settings.reminders.hours == Hours(time(8, 30), time.max)
    assert settings.reminders.weekdays == ("sat", "sun")
    assert settings.reminders.digest == Weekly(4, time(16))


def test_reminders_and_digests_can_be_left_out(tmp_path: Path) -> None:
    settings = load(written(tmp_path, f"{BASE}reminders: {{after_days: [], digest: null}}\n"), {})

    assert settings.reminders.after_days == ()
    assert settings.reminders.digest is None


@pytest.mark.parametrize(
    ("written_as", "bind"),
    [
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("'[::1]:9108'", "[::1]:9108"),
        ("localhost:9108", "localhost:9108"),
        ("0.0.0.0:9108", "0.0.0.0:9108"),
        ("null", None),
    ],
)
def test_figures_can_be_served_elsewhere_or_not_at_all(
    tmp_path: Path, written_as: str, bind: str | None
) -> None:
    settings = load(written(tmp_path, f"{BASE}metrics: {{bind: {written_as}}}\n"), {})

    assert settings.metrics.bind == bind


def test_a_section_left_empty_has_its_defaults(tmp_path: Path) -> None:
    settings = load(written(tmp_path, f"{BASE}limits:\nkinds:\nsources:\n"), {})

    assert settings.limits.pages == 500
    assert settings.sources == ()


def test_an_address_is_compared_in_lower_case(tmp_path: Path) -> None:
    assert load(written(tmp_path, BASE), {}).intake.address == "intake@studio.example"


@pytest.mark.parametrize(
    ("listed", "host"),
    [
        ("Drive.Google.com", "drive.google.com"),
        ("'*.dl.dropboxusercontent.com'", "*.dl.dropboxusercontent.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("'files.example:8443'", "files.example:8443"),
    ],
)
def test_a_host_to_fetch_from_is_kept_as_it_goes_over_the_wire(
    tmp_path: Path, listed: str, host: str
) -> None:
    settings = load(written(tmp_path, f"{BASE}links: {{fetch_hosts: [{listed}]}}\n"), {})

    assert settings.links.fetch_hosts == (host,)


def test_our_own_addresses_are_the_desk_and_where_bounces_go(tmp_path: Path) -> None:
    text = BASE.replace("path: Sent", "path: Sent, bounce_address: Bounces@studio.example")

    settings = load(written(tmp_path, text), {})

    assert settings.own_addresses == {
        Address("intake@studio.example"),
        Address("bounces@studio.example"),
    }


@pytest.mark.parametrize(
    ("reference", "environment", "name"),
    [
        ("${DESK}", {"DESK": "Desk"}, "Desk"),
        ("${DESK:-Other}", {}, "Other"),
        ("${DESK:-Other}", {"DESK": ""}, "Other"),
        ("${DESK:-Other}", {"DESK": "Desk"}, "Desk"),
        ("The ${A} and ${B:-b}", {"A": "a"}, "The a and b"),
        ("${DESK}", {"DESK": "${A}: {b}"}, "${A}: {b}"),
        ("'${DESK:-a, b}'", {}, "a, b"),
        ("$DESK", {"DESK": "Desk"}, "$DESK"),
    ],
)
def test_a_reference_takes_its_value_from_the_environment(
    tmp_path: Path, reference: str, environment: dict[str, str], name: str
) -> None:
    text = BASE.replace("Studio.example}", f"studio.example, name: {reference}}}")

    assert load(written(tmp_path, text), environment).intake.name == name


def test_a_number_may_come_from_the_environment(tmp_path: Path) -> None:
    settings = load(written(tmp_path, BASE + "limits: {pages: '${PAGES}'}\n"), {"PAGES": "7"})

    assert settings.limits.pages == 7


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            "intake: {address: a@b.example}\n"
            "sources: [{type: maildir, path: ./Maildir}]\n"
            "delivery: {type: maildir, path: Sent}\n"
            "letters: {templates: words}\n",
        ),
        {},
    )

    assert [source.path for source in settings.sources if isinstance(source, MaildirSource)] == [
        tmp_path / "Maildir"
    ]
    assert settings.letters.templates == tmp_path / "words"
    assert settings.blobs.folder == tmp_path / "collateral"
    assert settings.database.file == tmp_path / "intake.db"


def test_an_absolute_sqlite_file_stays_where_it_is(tmp_path: Path) -> None:
    text = BASE + "database: {url: 'sqlite:////var/lib/intake.db?timeout=5'}\n"

    settings = load(written(tmp_path, text), {})

    assert settings.database.url == "sqlite:////var/lib/intake.db?timeout=5"
    assert settings.database.file == Path("/var/lib/intake.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_gets_our_driver(tmp_path: Path, scheme: str) -> None:
    settings = load(written(tmp_path, f"{BASE}database: {{url: '{scheme}://u@h/db'}}\n"), {})

    assert settings.database.url == "postgresql+psycopg://u@h/db"
    assert settings.database.file is None


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [("s3://b/some/where/", "b", "some/where"), ("s3://b", "b", ""), ("./here", None, "")],
)
def test_a_blob_url_is_taken_apart(
    tmp_path: Path, url: str, bucket: str | None, prefix: str
) -> None:
    blobs = load(written(tmp_path, f"{BASE}blobs: {{url: '{url}'}}\n"), {}).blobs

    assert (blobs.bucket, blobs.prefix) == (bucket, prefix)


@pytest.mark.parametrize(("security", "port"), [("tls", 993), ("starttls", 143), ("plain", 143)])
def test_the_port_of_imap_follows_its_security(tmp_path: Path, security: str, port: int) -> None:
    source = f"{{type: imap, host: localhost, username: u, password: p, security: {security}}}"

    settings = load(written(tmp_path, f"{BASE}sources: [{source}]\n"), {})

    assert [entry.port for entry in settings.sources if isinstance(entry, ImapSource)] == [port]


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587), ("plain", 25)])
def test_the_port_of_smtp_follows_its_security(tmp_path: Path, security: str, port: int) -> None:
    text = (
        "intake: {address: a@b.example}\n"
        f"delivery: {{type: smtp, host: 127.0.0.1, security: {security}}}\n"
    )

    delivery = load(written(tmp_path, text), {}).delivery

    assert isinstance(delivery, SmtpDelivery)
    assert delivery.port == port


@pytest.mark.parametrize(("month", "number"), [("january", 1), ("Apr", 4), ("7", 7), ("10", 10)])
def test_a_fiscal_year_starts_in_a_month(tmp_path: Path, month: str, number: int) -> None:
    text = BASE.replace("Studio.example}", f"studio.example, fiscal_year_starts: {month}}}")

    assert load(written(tmp_path, text), {}).intake.fiscal_year_starts == number


def test_a_checklist_becomes_the_models(tmp_path: Path) -> None:
    items = (
        "[{item: plan, kind: roadmap, cadence: yearly, period: current, max_age_days: 9},"
        " {item: press-kit, label: The press kit, kind: press_release, count: 2, links: true}]"
    )

    settings = load(written(tmp_path, f"{BASE}checklists: {{launch: {items}}}\n"), {})

    assert settings.default_checklist == "launch"
    assert settings.checklist("launch").items == (
        Item(
            ItemName("plan"),
            "Plan",
            Kind("roadmap"),
            cadence=Cadence.YEARLY,
            current=True,
            max_age_days=9,
        ),
        Item(ItemName("press-kit"), "The press kit", Kind("press_release"), count=2, links=True),
    )


def test_an_unknown_checklist_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    settings = load(written(tmp_path, BASE), {})

    with pytest.raises(ConfigError, match=r"did you mean onboarding\?"):
        settings.checklist("onbording")


def test_an_own_kind_may_stand_on_a_checklist(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            f"{BASE}kinds: {{price_list: {{label: Price list, words: [tariff]}}}}\n"
            "checklists: {a: [{item: prices, kind: price_list}]}\n",
        ),
        {},
    )

    assert [spec.kind for spec in settings.own_kinds] == ["price_list"]
    assert "tariff" in settings.own_kinds[0].words


def test_settings_show_no_secret_and_no_address(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace("sqlite:///", "postgresql://u:dbsecret@h/")

    shown = repr(load(written(tmp_path, text), SECRETS | {"INTAKE_IMAP_PASSWORD": "imapsecret"}))

    assert "dbsecret" not in shown
    assert "imapsecret" not in shown
    assert "studio.example" not in shown


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load(written(tmp_path, BASE), {})

    with pytest.raises(ValueError, match="frozen"):
        settings.holidays = "x"


@pytest.mark.parametrize(
    ("option", "environment", "path"),
    [
        (Path("a.yaml"), {"INTAKE_CONFIG": "b.yaml"}, "a.yaml"),
        (None, {"INTAKE_CONFIG": "b.yaml"}, "b.yaml"),
        (None, {"INTAKE_CONFIG": ""}, "config.yaml"),
        (None, {}, "config.yaml"),
    ],
)
def test_the_option_goes_before_the_environment_before_the_folder(
    option: Path | None, environment: dict[str, str], path: str
) -> None:
    assert locate(option, environment) == Path(path)


def test_the_commented_oauth2_of_the_example_loads_and_names_every_key(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("    # oauth2:"))
    keys = [line[6:] for line in lines[first:] if line.startswith("    #   ")]
    written_out = f"oauth2:\n{chr(10).join('    ' + key for key in keys)}\n"
    source = "sources:\n- type: imap\n  host: h\n  username: u\n  " + written_out

    settings = load(written(tmp_path, BASE + source), {"INTAKE_CLIENT_SECRET": "s"})

    [mailbox] = settings.sources
    assert isinstance(mailbox, ImapSource)
    assert mailbox.oauth2 is not None
    assert mailbox.oauth2.refresh_token is None
    assert {key.split(":")[0].strip() for key in keys} == set(OAuth2Settings.model_fields)


def test_what_this_machine_keeps_lies_beside_the_ledger(tmp_path: Path) -> None:
    beside = load(written(tmp_path, BASE + "database: {url: 'sqlite:///data/intake.db'}\n"), {})
    elsewhere = load(written(tmp_path, BASE + "database: {url: 'postgresql://u@h/db'}\n"), {})

    assert beside.state_folder == tmp_path / "data"
    assert elsewhere.state_folder == tmp_path


def test_no_secret_shows_in_settings(tmp_path: Path) -> None:
    oauth2 = "{provider: microsoft, client_id: canary1, client_secret: canary2, tenant: canary3}"
    source = f"{{type: imap, host: h, username: canary4, oauth2: {oauth2}}}"
    text = f"{BASE}sources: [{source}]\nkeys: {{tokens: canary-canary-canary}}\n"

    assert "canary" not in repr(load(written(tmp_path, text), {}))
