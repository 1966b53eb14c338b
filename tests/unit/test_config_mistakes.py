"""Every mistake in a configuration is told in one plain sentence with its path, all of them at once."""

from pathlib import Path

import pytest
import yaml

from intake.config import load
from intake.errors import ConfigError

BASE = """
intake: {address: intake@studio.example}
delivery: {type: maildir, path: Sent}
"""
IMAP = "type: imap, host: mail.example, username: desk"
SMTP = "type: smtp, host: mail.example"
GOOGLE = "provider: google, client_id: c, client_secret: s"
MICROSOFT = "provider: microsoft, client_id: c"


def refusal(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environment or {})
    return str(caught.value)


def with_base(section: str) -> str:
    """The smallest configuration with one section put in or replaced."""
    merged = yaml.safe_load(BASE) | yaml.safe_load(section)
    return yaml.safe_dump(merged, sort_keys=False)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (
            f"sources: [{{{IMAP}, password: x, poll_seconds: 0}}]",
            "sources[0].poll_seconds: 0 is under 5, servers throttle that",
        ),
        (
            f"sources: [{{{IMAP}, password: x, poll_second: 9}}]",
            "sources[0].poll_second: there is no such key, did you mean poll_seconds?",
        ),
        (
            f"sources: [{{{IMAP}, password: x, security: plain}}]",
            "sources[0].security: plain is for this machine only (localhost), use tls or starttls",
        ),
        (
            f"sources: [{{{IMAP}, password: x, security: tsl}}]",
            "sources[0].security: tsl is not one of tls, starttls, plain, did you mean tls?",
        ),
        (f"sources: [{{{IMAP}, password: x, port: abc}}]", "abc is not a whole number"),
        (f"sources: [{{{IMAP}, password: x, port: 99999}}]", "99999 is over 65535, the last port"),
        (f"sources: [{{{IMAP}}}]", "sources[0].password: is missing"),
        (f"sources: [{{{IMAP}, password: ''}}]", "sources[0].password: is empty"),
        (f"sources: [{{{IMAP}, password: 12345}}]", "sources[0].password: is not text, put it in"),
        (
            f"sources: [{{{IMAP}, password: x, done_folder: INBOX}}]",
            "sources[0].done_folder: is a folder that another key names already",
        ),
        ("sources: [{type: sqs}]", "sources[0]: sqs is not possible yet, use imap or maildir"),
        ("sources: [{type: pop3}]", "sources[0]: its type is not one that exists, use imap"),
        ("sources: [{path: x}]", "sources[0]: its type is missing, use imap or maildir"),
        ("sources: {type: maildir}", "sources: is not a list"),
        ("delivery: {type: ses}", "delivery: ses is not possible yet, use smtp or maildir"),
        (
            f"delivery: {{{SMTP}, hots: x}}",
            "delivery.hots: there is no such key, did you mean host",
        ),
        (f"delivery: {{{SMTP}, username: x}}", "delivery.password: is missing, the username needs"),
        (f"delivery: {{{SMTP}, password: x}}", "delivery.password: has no username beside it"),
        (f"delivery: {{{SMTP}, security: plain}}", "delivery.security: plain is for this machine"),
        (f"delivery: {{{SMTP}, hold: perhaps}}", "delivery.hold: perhaps is not true or false"),
        (
            f"sources: [{{type: maildir, path: x}}]\ndelivery: {{{SMTP}, sent_folder: Sent}}",
            "delivery.sent_folder: needs an IMAP server as the first source",
        ),
        (
            f"sources: [{{{IMAP}, password: x}}]\ndelivery: {{{SMTP}, sent_folder: inbox}}",
            "delivery.sent_folder: is where mail comes in, name another folder",
        ),
        (
            "delivery: {type: maildir, path: x, sent_folder: Sent}",
            "delivery.sent_folder: is for type: smtp, a Maildir keeps every letter by itself",
        ),
        (
            f"delivery: {{{SMTP}, server_keeps_sent: true}}",
            "delivery.server_keeps_sent: says nothing without sent_folder",
        ),
        ("intake: {name: Desk}", "intake.address: is missing"),
        ("intake: {address: desk}", "intake.address: is not an e-mail address"),
        ("intake: [a]", "intake: is not a section of keys"),
        (
            "intake: {address: a@b.example, unverified_senders: acept}",
            "intake.unverified_senders: acept is not one of hold, accept, did you mean accept?",
        ),
        (
            "intake: {address: a@b.example, timezone: Mars/Base}",
            "intake.timezone: is not a time zone",
        ),
        (
            "intake: {address: a@b.example, fiscal_year_starts: apirl}",
            "intake.fiscal_year_starts: 'apirl' is not a month, did you mean april?",
        ),
        (
            "intake: {address: a@b.example, fiscal_year_starts: 13}",
            "intake.fiscal_year_starts: 13 is not a month",
        ),
        (
            "intake: {address: a@b.example, answer_mail_since: soon}",
            "intake.answer_mail_since: soon is not a date like 2026-11-22",
        ),
        (
            "intake: {address: a@b.example, answer_after_seconds: -1}",
            "intake.answer_after_seconds: -1 is under 0",
        ),
        (
            "intake: {address: a@b.example, answer_caps: {sender_per_hour: 0}}",
            "intake.answer_caps.sender_per_hour: 0 is under 1, delivery.hold: true is the way",
        ),
        (
            "intake: {address: a@b.example, answer_caps: {sender_per_hr: 1}}",
            "intake.answer_caps.sender_per_hr: there is no such key, did you mean sender_per_hour?",
        ),
        (
            "intake: {address: a@b.example, default_checklist: onbording}",
            "intake.default_checklist: 'onbording' is not a checklist, did you mean onboarding?",
        ),
        ("blobs: {url: 'gs://bucket'}", "blobs.url: is neither s3://bucket/prefix nor a folder"),
        ("blobs: {url: 's3://'}", "blobs.url: names no bucket"),
        ("blobs: {kms_key_id: k}", "blobs.kms_key_id: a folder has no KMS keys"),
        ("database: {url: 'mysql://x'}", "database.url: is neither sqlite:///intake.db nor"),
        ("database: {url: 'sqlite://'}", "database.url: names no file, a database in memory"),
        ("limits: {pages: 0}", "limits.pages: 0 is under 1"),
        ("limits: {pages: true}", "limits.pages: true is not a number"),
        ("limits: {message_octets: 1.5}", "limits.message_octets: 1.5 is not a whole number"),
        ("kinds: {deck: {label: Deck}}", "kinds.deck: deck is a built-in kind"),
        ("kinds: {Price List: {label: x}}", "kinds.Price List: 'Price List' is no name for a kind"),
        ("kinds: {price_list: {words: [a b]}}", "kinds.price_list.label: is missing"),
        (
            "kinds: {x_y: {label: X, examples: [a.pdf]}}",
            "kinds.x_y.examples[0]: there is no file ",
        ),
        (
            f"kinds: {{x_y: {{label: X, examples: [{', '.join(['config.yaml'] * 21)}]}}}}",
            "kinds.x_y.examples: are 21 files, keep the 20 that are most typical",
        ),
        ("checklists: {}", "checklists: is empty"),
        ("checklists: {a: []}", "checklists.a: has no items"),
        (
            "checklists: {a: [{item: x, kind: deck}, {item: x, kind: deck}]}",
            "checklists.a: has the item x twice",
        ),
        (
            "checklists: {a: [{item: x, kind: dek}]}",
            "checklists.a[0].kind: 'dek' is not a kind, did you mean deck?",
        ),
        (
            "checklists: {a: [{item: x, kind: deck, cadence: monthly}]}",
            "checklists.a[0].cadence: monthly is not one of quarterly, yearly",
        ),
        (
            "checklists: {a: [{item: Not A Name, kind: deck}]}",
            "checklists.a[0].item: 'Not A Name' is no name",
        ),
        ("confidential: {words: ['']}", "confidential.words[0]: is empty"),
        (
            "links: {fetch_hosts: ['https://drive.google.com/']}",
            "links.fetch_hosts[0]: is an address, name the host alone",
        ),
        ("links: {fetch_hosts: ['*']}", "links.fetch_hosts[0]: is not a host like"),
        ("links: {fetch_hosts: ['*.com']}", "links.fetch_hosts[0]: is not a host like"),
        ("links: {fetch_hosts: ['a.example:99999']}", "links.fetch_hosts[0]: is not a host like"),
        ("links: {fetch_hosts: [10.0.0.1]}", "links.fetch_hosts[0]: is the number of a machine"),
        ("links: {fetch_hosts: ['[::1]']}", "links.fetch_hosts[0]: is not a host like"),
        ("links: {timeout_seconds: 0}", "links.timeout_seconds: 0 is under 1"),
        ("scan: {clamd: localhost}", "scan.clamd: is neither host:port"),
        ("reminders: {after_days: [7, 3]}", "reminders.after_days: are not in order"),
        ("reminders: {after_days: [3, 3]}", "reminders.after_days: are not in order"),
        ("reminders: {after_days: [0]}", "reminders.after_days[0]: 0 is under 1"),
        ("reminders: {after_days: [400]}", "reminders.after_days: 400 is over 365"),
        ("reminders: {hours: 9-17}", "reminders.hours: is not a span of hours like 09:00-17:00"),
        ("reminders: {hours: 540}", "reminders.hours: is not a span of hours like 09:00-17:00"),
        ("reminders: {hours: '17:00-09:00'}", "reminders.hours: ends before it begins"),
        ("reminders: {weekdays: []}", "reminders.weekdays: is empty, no reminder could leave"),
        ("reminders: {weekdays: [tues]}", "reminders.weekdays[0]: tues is not one of mon"),
        ("reminders: {tell_freelancer_after: 0}", "reminders.tell_freelancer_after: 0 is under 1"),
        ("reminders: {digest: '08:00'}", "reminders.digest: is not a weekday and a time like mon"),
        ("reminders: {digest: off}", "reminders.digest: is not a weekday and a time like mon"),
        ("reminders: {digest: mun 8:00}", "reminders.digest: mun is not a weekday, did you mean"),
        ("holidays: Germany", "holidays: 'Germany' is no country with known holidays, did you"),
        ("holidays: GB-LON", "holidays: 'GB-LON' is no region with known holidays, use GB alone"),
        ("holidays: 44", "holidays: is not text, put it in quotes"),
        (
            f"sources: [{{{IMAP}, password: x, oauth2: {{{GOOGLE}}}}}]",
            "sources[0].password: stands beside oauth2, keep one of the two",
        ),
        (
            f"delivery: {{{SMTP}, username: u, password: x, oauth2: {{{GOOGLE}}}}}",
            "delivery.password: stands beside oauth2, keep one of the two",
        ),
        (
            f"delivery: {{{SMTP}, oauth2: {{{GOOGLE}}}}}",
            "delivery.username: is missing, oauth2 signs in to an account",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{provider: google, client_id: c}}}}]",
            "sources[0].oauth2.client_secret: is missing, Google gives one with the client_id",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{{GOOGLE}, tenant: studio.example}}}}]",
            "sources[0].oauth2.tenant: is for microsoft only",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{{MICROSOFT}, client_secret: s}}}}]",
            "sources[0].oauth2.tenant: is missing, an app that signs in by itself names its",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{{MICROSOFT}, tenant: a/b}}}}]",
            "sources[0].oauth2.tenant: is neither a directory's id nor its domain",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{{MICROSOFT}, token_url: 'http://login.example/'}}}}]",
            "sources[0].oauth2.token_url: http is for this machine only, use https",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{{MICROSOFT}, device_url: login.example}}}}]",
            "sources[0].oauth2.device_url: is not an address like https://",
        ),
        (
            f"sources: [{{{IMAP}, oauth2: {{{MICROSOFT}, tennant: x}}}}]",
            "sources[0].oauth2.tennant: there is no such key, did you mean tenant?",
        ),
        ("keys: {tokens: abc}", "keys.tokens: is under 16 characters"),
        ("holyday: x", "holyday: there is no such key, did you mean holidays?"),
    ],
)
def test_a_mistake_is_told_with_its_path(tmp_path: Path, section: str, sentence: str) -> None:
    told = refusal(tmp_path, with_base(section))

    assert f"\n  {sentence}" in told or f": {sentence}" in told
    assert "has 1 mistake:" in told


@pytest.mark.parametrize(
    ("section", "path", "sentence"),
    [
        ("letters: {languages: [french]}", "letters.languages", "write it like en, de or pt-BR"),
        ("letters: {languages: [en, en]}", "letters.languages", "names a language twice"),
        ("letters: {languages: []}", "letters.languages", "name one language at least"),
        ("webhook: {url: 'https://x.example'}", "webhook.secret", "is missing, the receiver"),
        ("webhook: {url: 'https://x.example', secret: short}", "webhook.secret", "under 16"),
        ("webhook: {url: 'http://x.example'}", "webhook.url", "http is for this machine only"),
        ("webhook: {url: 'https://me:pw@x.example'}", "webhook.url", "before an @"),
        ("alerts: {to: [nobody]}", "alerts.to[0]", "is not an e-mail address"),
        ("alerts: {to: [intake@studio.example]}", "alerts", "the desk's own address"),
    ],
)
def test_what_would_not_happen_yet_is_refused(
    tmp_path: Path, section: str, path: str, sentence: str
) -> None:
    told = refusal(tmp_path, with_base(section))

    assert f"  {path}: " in told
    assert sentence in told
    assert "has 1 mistake:" in told


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    told = refusal(
        tmp_path,
        "intake: {address: x, timezone: y}\ndelivery: {type: ses}\nlimits: {pages: 0}\nodd: 1\n",
    )

    assert "has 5 mistakes:" in told


def test_missing_variables_are_told_together_and_by_name(tmp_path: Path) -> None:
    told = refusal(
        tmp_path,
        "intake: {address: '${DESK}'}\n"
        "delivery: {type: smtp, host: m.example, username: u, password: ${SMTP_PW}}\n",
    )

    assert told.splitlines()[1:] == [
        "  intake.address: DESK is not set in the environment",
        "  delivery.password: SMTP_PW is not set in the environment",
    ]


@pytest.mark.parametrize("reference", ["${NAME", "${}", "${two words}", "${1X}"])
def test_a_malformed_reference_is_a_mistake(tmp_path: Path, reference: str) -> None:
    told = refusal(tmp_path, with_base(f"letters: {{templates: '{reference}'}}"))

    assert "letters.templates: has a ${ that is not closed as ${NAME}" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no sections"),
        ("- a\n", "holds no sections"),
        ("intake: {address: [\n", "is not YAML: line"),
        ("intake: {name: a, name: b}\n", "the key name is given twice in the section at line 1"),
        ("a: \x01\n", "characters that YAML does not allow"),
    ],
)
def test_a_file_that_is_no_configuration_says_so(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, text)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no configuration at .*`intake init`"):
        load(tmp_path / "none.yaml", {})


def test_a_file_of_other_octets_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="it is not UTF-8 text"):
        load(path, {})


@pytest.mark.parametrize(
    "bind",
    [
        "9108",
        "127.0.0.1",
        "127.0.0.1:70000",
        "example.org:9108",
        "::1:9108",
        ":9108",
        "[127.0.0.1]:x",
    ],
)
def test_figures_are_served_on_an_address_of_this_machine(tmp_path: Path, bind: str) -> None:
    told = refusal(tmp_path, with_base(f"metrics: {{bind: '{bind}'}}"))

    assert "metrics.bind: is not an address and a port of this machine" in told


def test_no_secret_is_in_a_refusal(tmp_path: Path) -> None:
    told = refusal(
        tmp_path,
        with_base(f"sources: [{{{IMAP}, password: hunter2, port: '${{PORT}}', oops: hunter2}}]"),
        {"PORT": "hunter2"},
    )

    assert "hunter2" not in told
