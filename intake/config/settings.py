"""The settings: one frozen model for each section, with the defaults of `config.example.yaml`.

Attribute names are the keys of the file. What is read but does not happen yet is refused by `not_yet`, at its own key,
so that nobody waits for what never comes. Names, addresses, hosts and secrets are left out of every `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from intake.config.checks import (
    ADDRESS,
    BIND,
    CLAMD,
    EXAMPLE,
    FETCH_HOST,
    FILLED,
    FOLDER,
    HOLIDAYS,
    HOURS,
    HTTPS_URL,
    KIND_NAME,
    LANGUAGES,
    MONTH,
    MONTH_NAME,
    NAME,
    PORT,
    TENANT,
    TIMEZONE,
    WEEKLY,
    Surroundings,
    at_least,
    blob_url,
    callable_url,
    database_url,
    empty_is_none,
    few_examples,
    known_checklist,
    known_kind,
    loopback_if_plain,
    on_the_first_source,
    rising_days,
    some_weekdays,
    suggestion,
)
from intake.errors import ConfigError
from intake.hours import Hours, Weekly
from intake.kinds import KindSpec, own_kind
from intake.model import Address, Cadence, Checklist, Item, ItemName, Kind, mailbox_of

STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

Text = Annotated[str, FILLED]
Folder = Annotated[Path, FOLDER]
Count = Annotated[int, at_least(1)]
Security = Literal["tls", "starttls", "plain"]
CheckedSecurity = Annotated[Security, AfterValidator(loopback_if_plain)]


class AnswerCaps(BaseModel):
    """How many answers at most; what comes beyond is filed and not answered."""

    model_config = STRICT
    sender_per_hour: Annotated[
        int, at_least(1, "delivery.hold: true is the way to send nothing")
    ] = 5
    sender_per_day: Annotated[
        int, at_least(1, "delivery.hold: true is the way to send nothing")
    ] = 20
    thread_per_day: Annotated[
        int, at_least(1, "delivery.hold: true is the way to send nothing")
    ] = 10


class IntakeSettings(BaseModel):
    """The desk itself: its address, whom it believes and when it answers.

    `fiscal_year_starts` is a month's number, 1 to 12. `answer_mail_since` None answers mail of any age.
    """

    model_config = STRICT
    address: Annotated[Address, ADDRESS] = Field(repr=False)
    name: Text = Field(default="Studio Intake", repr=False)
    trusted_authserv_ids: tuple[Text, ...] = Field(default=(), repr=False)
    unverified_senders: Literal["hold", "accept"] = "hold"
    answer_after_seconds: Annotated[int, at_least(0)] = 120
    answer_caps: AnswerCaps = AnswerCaps()
    default_checklist: Annotated[str | None, AfterValidator(known_checklist)] = None
    timezone: Annotated[str, TIMEZONE] = "UTC"
    fiscal_year_starts: Annotated[int, MONTH_NAME, MONTH] = 1
    reuse: Literal["ask", "auto", "never"] = "ask"
    answer_mail_since: date | None = None


class AuthenticationSettings(BaseModel):
    """Our own look at the signatures of mail that no trusted server vouches for. It asks DNS, so it is off by default."""

    model_config = STRICT
    own_dkim: bool = False
    timeout_seconds: Annotated[int, at_least(1)] = 5


class OAuth2Settings(BaseModel):
    """A sign-in without a password: by a person once (a refresh token), or at Microsoft by the app itself (its secret).

    An empty secret counts as none, so that `${NAME:-}` may stand there. The addresses and the scope are None for the
    provider's own.
    """

    model_config = STRICT
    provider: Literal["google", "microsoft"]
    client_id: Text = Field(repr=False)
    client_secret: SecretStr | None = Field(default=None, validate_default=True)
    refresh_token: SecretStr | None = None
    tenant: Annotated[str, TENANT] | None = Field(default=None, repr=False, validate_default=True)
    token_url: Annotated[str, HTTPS_URL] | None = Field(default=None, repr=False)
    device_url: Annotated[str, HTTPS_URL] | None = Field(default=None, repr=False)
    authorization_url: Annotated[str, HTTPS_URL] | None = Field(default=None, repr=False)
    scope: Text | None = None

    @field_validator("client_secret", "refresh_token")
    @classmethod
    def _empty_is_none(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value() else None

    @field_validator("client_secret")
    @classmethod
    def _google_wants_a_secret(
        cls, secret: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if secret is None and info.data.get("provider") == "google":
            raise ValueError("is missing, Google gives one with the client_id")
        return secret

    @field_validator("tenant")
    @classmethod
    def _an_app_names_its_directory(cls, tenant: str | None, info: ValidationInfo) -> str | None:
        if tenant is not None and info.data.get("provider") == "google":
            raise ValueError("is for microsoft only")
        by_itself = info.data.get("client_secret") and "refresh_token" in info.data
        by_itself = by_itself and not info.data["refresh_token"]
        if by_itself and info.data.get("provider") == "microsoft" and tenant in _NO_DIRECTORY:
            raise ValueError(
                "is missing, an app that signs in by itself names its directory (an id or a domain)"
            )
        return tenant


_NO_DIRECTORY = (None, "common", "organizations", "consumers")


class ImapSource(BaseModel):
    """A mailbox on a server. `port` follows `security` where it is not given: 993, else 143."""

    model_config = STRICT
    type: Literal["imap"]
    host: Text = Field(repr=False)
    security: CheckedSecurity = "tls"
    port: Annotated[int, at_least(1), PORT] = Field(
        default_factory=lambda given: 993 if given.get("security") == "tls" else 143
    )
    username: Text = Field(repr=False)
    oauth2: OAuth2Settings | None = Field(default=None, repr=False)
    password: SecretStr | None = Field(default=None, validate_default=True)
    folder: Text = Field(default="INBOX", repr=False)
    done_folder: Text = Field(default="Intake/Done", repr=False)
    held_folder: Text = Field(default="Intake/Held", repr=False)
    poll_seconds: Annotated[int, at_least(5, "servers throttle that")] = 60

    @field_validator("password")
    @classmethod
    def _password_or_oauth2(
        cls, password: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if password is None and "oauth2" in info.data and info.data["oauth2"] is None:
            raise ValueError("is missing")
        return _alone_and_filled(password, info)

    @field_validator("done_folder", "held_folder")
    @classmethod
    def _folders_differ(cls, value: str, info: ValidationInfo) -> str:
        taken = [info.data.get(key) for key in ("folder", "done_folder")]
        if value in taken:
            raise ValueError("is a folder that another key names already, mail would go in circles")
        return value


class MaildirSource(BaseModel):
    """A Maildir on this machine; done mail moves to `.Done`, held mail to `.Held`."""

    model_config = STRICT
    type: Literal["maildir"]
    path: Folder = Field(repr=False)


SourceSettings = Annotated[ImapSource | MaildirSource, Field(discriminator="type")]


class SmtpDelivery(BaseModel):
    """A submission server. `port` follows `security` where it is not given: 587 starttls, 465 tls, 25 plain."""

    model_config = STRICT
    type: Literal["smtp"]
    host: Text = Field(repr=False)
    security: CheckedSecurity = "starttls"
    port: Annotated[int, at_least(1), PORT] = Field(
        default_factory=lambda given: {"tls": 465, "plain": 25}.get(str(given.get("security")), 587)
    )
    oauth2: OAuth2Settings | None = Field(default=None, repr=False)
    username: Text | None = Field(default=None, repr=False, validate_default=True)
    password: SecretStr | None = Field(default=None, validate_default=True)
    bounce_address: Annotated[Address, ADDRESS] | None = Field(default=None, repr=False)
    sent_folder: Annotated[Text | None, AfterValidator(on_the_first_source)] = Field(
        default=None, repr=False
    )
    server_keeps_sent: bool = False
    hold: bool = False

    @field_validator("server_keeps_sent")
    @classmethod
    def _only_where_one_can_look(cls, keeps: bool, info: ValidationInfo) -> bool:  # noqa: FBT001  # pydantic's signature
        if keeps and "sent_folder" in info.data and info.data["sent_folder"] is None:
            raise ValueError(
                "says nothing without sent_folder, the folder in which the server files it"
            )
        return keeps

    @field_validator("username")
    @classmethod
    def _username_goes_with_oauth2(cls, username: str | None, info: ValidationInfo) -> str | None:
        if username is None and info.data.get("oauth2") is not None:
            raise ValueError("is missing, oauth2 signs in to an account")
        return username

    @field_validator("password")
    @classmethod
    def _password_goes_with_the_username(
        cls, password: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        username = info.data.get("username")
        without = "oauth2" in info.data and info.data["oauth2"] is None
        if password is None and username is not None and without:
            raise ValueError("is missing, the username needs one")
        if password is not None and username is None and "username" in info.data:
            raise ValueError("has no username beside it")
        return _alone_and_filled(password, info)


class MaildirDelivery(BaseModel):
    """Letters are put into a Maildir, for another program to send or for a person to read."""

    model_config = STRICT
    type: Literal["maildir"]
    path: Folder = Field(repr=False)
    bounce_address: Annotated[Address, ADDRESS] | None = Field(default=None, repr=False)
    sent_folder: str | None = Field(default=None, repr=False)
    hold: bool = False

    @field_validator("sent_folder")
    @classmethod
    def _kept_here(cls, sent_folder: str | None) -> None:
        if sent_folder is not None:
            raise ValueError("is for type: smtp, a Maildir keeps every letter by itself")


DeliverySettings = Annotated[SmtpDelivery | MaildirDelivery, Field(discriminator="type")]


class BlobSettings(BaseModel):
    """Where octets lie: `url` is `s3://bucket/prefix` or an absolute folder."""

    model_config = STRICT
    url: Annotated[str, AfterValidator(blob_url)] = Field(
        default="./collateral", repr=False, validate_default=True
    )
    region: Text | None = None
    endpoint_url: Text | None = Field(default=None, repr=False)
    kms_key_id: Text | None = Field(default=None, repr=False)
    confidential_kms_key_id: Text | None = Field(default=None, repr=False)

    @field_validator("kms_key_id", "confidential_kms_key_id")
    @classmethod
    def _only_s3_encrypts(cls, value: str | None, info: ValidationInfo) -> str | None:
        url = info.data.get("url")
        if value is not None and isinstance(url, str) and not url.startswith("s3://"):
            raise ValueError("a folder has no KMS keys, this needs blobs.url to be s3://…")
        return value

    @property
    def folder(self) -> Path | None:
        """The folder, None where the blobs lie in S3."""
        return None if self.url.startswith("s3://") else Path(self.url)

    @property
    def bucket(self) -> str | None:
        """The bucket, None where the blobs lie in a folder."""
        return None if self.folder else self.url.removeprefix("s3://").partition("/")[0]

    @property
    def prefix(self) -> str:
        """What stands before every key in the bucket, without slashes at its ends; "" for none."""
        return "" if self.folder else self.url.removeprefix("s3://").partition("/")[2].strip("/")


class DatabaseSettings(BaseModel):
    """The ledger's database, as a SQLAlchemy URL (it may hold a password)."""

    model_config = STRICT
    url: Annotated[str, AfterValidator(database_url)] = Field(
        default="sqlite:///intake.db", repr=False, validate_default=True
    )

    @property
    def file(self) -> Path | None:
        """The SQLite file, None for PostgreSQL."""
        path = self.url.removeprefix("sqlite:///").partition("?")[0]
        return Path(path) if self.url.startswith("sqlite:") else None


class LimitSettings(BaseModel):
    """Bounds on what is opened. Beyond them a part is `too-large`, never an error."""

    model_config = STRICT
    message_octets: Count = 52_428_800
    document_octets: Count = 104_857_600
    archive_octets: Count = 524_288_000
    archive_entries: Count = 1000
    pages: Count = 500
    extract_seconds: Count = 30


class KindSettings(BaseModel):
    """A kind of the operator's own."""

    model_config = STRICT
    label: Text
    words: tuple[Text, ...] = ()
    examples: Annotated[tuple[Annotated[Path, EXAMPLE], ...], AfterValidator(few_examples)] = Field(
        default=(), repr=False
    )


def _examples_of_one_kind(kinds: Mapping[str, KindSettings]) -> Mapping[str, KindSettings]:
    owners: dict[Path, str] = {}
    for name, kind in kinds.items():
        for path in kind.examples:
            if owners.setdefault(path, name) != name:
                raise ValueError(f"{path} is an example of both {owners[path]} and {name}")
    return kinds


class ItemSettings(BaseModel):
    """One line of a checklist. The label is made from the item's name where it is not given."""

    model_config = STRICT
    item: Annotated[str, NAME]
    label: Text = Field(
        default_factory=lambda given: (
            str(given.get("item", "")).replace("-", " ").replace("_", " ").capitalize()
        )
    )
    kind: Annotated[str, AfterValidator(known_kind)]
    required: bool = True
    count: Count = 1
    cadence: Cadence | None = None
    period: Literal["current"] | None = None
    upcoming: bool = False
    max_age_days: Count | None = None
    links: bool = False
    confidential: bool = False

    def to_item(self) -> Item:
        """The line as the rest of the program knows it."""
        return Item(
            item=ItemName(self.item),
            label=self.label,
            kind=Kind(self.kind),
            required=self.required,
            count=self.count,
            cadence=self.cadence,
            current=self.period == "current",
            upcoming=self.upcoming,
            max_age_days=self.max_age_days,
            links=self.links,
            confidential=self.confidential,
        )


def _numbered(items: tuple[ItemSettings, ...]) -> tuple[ItemSettings, ...]:
    """The items, if letters can number them and people can name them."""
    if not items:
        raise ValueError("has no items, a project would be complete at once")
    names = [entry.item for entry in items]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ValueError(f"has the item {repeated} twice")
    return items


ChecklistSettings = Annotated[tuple[ItemSettings, ...], AfterValidator(_numbered)]


def _some_checklist(
    checklists: Mapping[str, tuple[ItemSettings, ...]],
) -> Mapping[str, tuple[ItemSettings, ...]]:
    if not checklists:
        raise ValueError("is empty, a project needs one to be measured by")
    return checklists


def onboarding() -> Mapping[str, tuple[ItemSettings, ...]]:
    """The checklist that is there where the file names none."""
    return {
        "onboarding": (
            ItemSettings(
                item="investor-deck", label="Investor deck", kind="deck", max_age_days=365
            ),
            ItemSettings(
                item="quarterly-roadmap",
                label="Quarterly roadmap",
                kind="roadmap",
                cadence=Cadence.QUARTERLY,
                period="current",
            ),
            ItemSettings(
                item="yearly-roadmap",
                label="Yearly roadmap",
                kind="roadmap",
                cadence=Cadence.YEARLY,
                period="current",
            ),
            ItemSettings(
                item="event-calendar", label="Event calendar", kind="event_calendar", upcoming=True
            ),
            ItemSettings(
                item="blog-posts", label="Past blog posts", kind="blog_post", count=3, links=True
            ),
            ItemSettings(
                item="brand-guide", label="Brand guide", kind="brand_guide", required=False
            ),
        )
    }


class ReminderSettings(BaseModel):
    """When a silent client is reminded, and when the freelancer hears how projects stand.

    No `after_days` is no reminders; where they are no more than `tell_freelancer_after` the freelancer is not told.
    `digest` None sends none.
    """

    model_config = STRICT
    after_days: Annotated[tuple[Count, ...], AfterValidator(rising_days)] = (3, 7, 14)
    hours: Annotated[Hours, HOURS] = Hours(time(9), time(17))
    weekdays: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...],
        AfterValidator(some_weekdays),
    ] = ("mon", "tue", "wed", "thu", "fri")
    tell_freelancer_after: Count = 2
    digest: Annotated[Weekly, WEEKLY] | None = Weekly(0, time(8))


class LinkSettings(BaseModel):
    """Bounds for fetching what a link names, from the listed hosts only; a service's download hosts are listed too."""

    model_config = STRICT
    fetch_hosts: tuple[Annotated[str, FETCH_HOST], ...] = Field(default=(), repr=False)
    max_octets: Count = 26_214_400
    timeout_seconds: Count = 20


class ScanSettings(BaseModel):
    """A virus scanner that is asked before anything is opened."""

    model_config = STRICT
    clamd: Annotated[str, CLAMD] | None = Field(default=None, repr=False)


class LetterSettings(BaseModel):
    """How letters are worded. `templates` is a folder that overrides single templates and adds languages, None for none.

    `languages` are those that letters are written in; the first is for people of whom nothing else is known.
    """

    model_config = STRICT
    templates: Folder | None = Field(default=None, repr=False)
    languages: Annotated[tuple[str, ...], LANGUAGES] = ("en", "de")


class ConfidentialSettings(BaseModel):
    """The words that make a document confidential: said of it or of its mail, or borne by it as a mark."""

    model_config = STRICT
    words: tuple[Text, ...] = ("confidential", "NDA", "vertraulich")


class RetentionSettings(BaseModel):
    """How many days closed projects and held mail of strangers are kept; None is for ever."""

    model_config = STRICT
    keep_days_after_close: Count | None = None
    keep_days_held: Count | None = 90


class WebhookSettings(BaseModel):
    """A signed call when a project is complete."""

    model_config = STRICT
    url: Annotated[str | None, BeforeValidator(empty_is_none)] = Field(default=None, repr=False)
    secret: SecretStr = Field(default=SecretStr(""), validate_default=True)

    @field_validator("url")
    @classmethod
    def _to_which_secrets_may_go(cls, url: str | None) -> str | None:
        return None if url is None else callable_url(url)

    @field_validator("secret")
    @classmethod
    def _signs_what_is_called(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        length = len(secret.get_secret_value())
        if info.data.get("url") and not length:
            raise ValueError(
                "is missing, the receiver could not tell our calls from anybody's; "
                "`openssl rand -hex 32` prints a good one"
            )
        if 0 < length < _SHORTEST_KEY:
            raise ValueError(
                f"is under {_SHORTEST_KEY} characters; `openssl rand -hex 32` prints a good one"
            )
        return secret


class AlertSettings(BaseModel):
    """Whom to tell when the desk itself is in trouble."""

    model_config = STRICT
    to: tuple[Annotated[Address, ADDRESS], ...] = Field(default=(), repr=False)
    stuck_minutes: Count = 30


def _alerts_to_others(alerts: AlertSettings, info: ValidationInfo) -> AlertSettings:
    intake = info.data.get("intake")
    own = mailbox_of(intake.address) if isinstance(intake, IntakeSettings) else None
    if own in {mailbox_of(address) for address in alerts.to}:
        raise ValueError("to: names the desk's own address, where nobody reads")
    return alerts


class MetricsSettings(BaseModel):
    """Where figures for monitoring are served: host:port, port 0 for any, None for nowhere."""

    model_config = STRICT
    bind: Annotated[str, BIND] | None = Field(default="127.0.0.1:9108", repr=False)


class KeySettings(BaseModel):
    """Keys that encrypt what is kept beside the ledger. `tokens` is any long text, "" for none: refresh tokens of OAuth2."""

    model_config = STRICT
    tokens: SecretStr = SecretStr("")

    @field_validator("tokens")
    @classmethod
    def _long_enough(cls, tokens: SecretStr) -> SecretStr:
        if 0 < len(tokens.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(
                f"is under {_SHORTEST_KEY} characters; `openssl rand -hex 32` prints a good one"
            )
        return tokens


_SHORTEST_KEY = 16


class Settings(BaseModel):
    """Everything that the operator decided, checked. Built once by `load`, passed down in pieces."""

    model_config = STRICT
    intake: IntakeSettings
    authentication: AuthenticationSettings = AuthenticationSettings()
    sources: tuple[SourceSettings, ...] = ()
    delivery: DeliverySettings
    blobs: BlobSettings = Field(default_factory=dict, validate_default=True)
    database: DatabaseSettings = Field(default_factory=dict, validate_default=True)
    limits: LimitSettings = LimitSettings()
    kinds: Annotated[
        Mapping[Annotated[str, KIND_NAME], KindSettings], AfterValidator(_examples_of_one_kind)
    ] = {}
    checklists: Annotated[Mapping[str, ChecklistSettings], AfterValidator(_some_checklist)] = Field(
        default_factory=onboarding
    )
    reminders: ReminderSettings = ReminderSettings()
    links: LinkSettings = LinkSettings()
    scan: ScanSettings = ScanSettings()
    letters: LetterSettings = LetterSettings()
    confidential: ConfidentialSettings = ConfidentialSettings()
    retention: RetentionSettings = RetentionSettings()
    holidays: Annotated[str, HOLIDAYS] | None = None
    webhook: WebhookSettings = WebhookSettings()
    alerts: Annotated[AlertSettings, AfterValidator(_alerts_to_others)] = AlertSettings()
    metrics: MetricsSettings = MetricsSettings()
    keys: KeySettings = KeySettings()
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    def model_post_init(self, context: object) -> None:
        """Remember where the file lies."""
        if isinstance(context, Surroundings):
            self._folder = context.folder

    @property
    def state_folder(self) -> Path:
        """Where this machine keeps what the ledger does not: beside the SQLite file, else beside the configuration."""
        return self.database.file.parent if self.database.file else self._folder

    @property
    def default_checklist(self) -> str:
        """The checklist of projects that are opened without naming one."""
        return self.intake.default_checklist or next(iter(self.checklists))

    @property
    def own_kinds(self) -> tuple[KindSpec, ...]:
        """The operator's own kinds, for the classifier and the letters."""
        return tuple(
            own_kind(name, label=kind.label, words=kind.words) for name, kind in self.kinds.items()
        )

    @property
    def own_addresses(self) -> frozenset[Address]:
        """The addresses that are ours: mail from them is never answered."""
        return frozenset(
            address for address in (self.intake.address, self.delivery.bounce_address) if address
        )

    def checklist(self, name: str) -> Checklist:
        """The checklist of that name; ConfigError where the file has none."""
        if name not in self.checklists:
            known = ", ".join(self.checklists)
            hint = suggestion(name, self.checklists)
            raise ConfigError(f"There is no checklist {name!r}{hint or f'; there are: {known}.'}")
        return Checklist(name, tuple(entry.to_item() for entry in self.checklists[name]))


def _alone_and_filled(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if password is not None and info.data.get("oauth2") is not None:
        raise ValueError("stands beside oauth2, keep one of the two")
    return None if password is None else _filled_secret(password)


def _filled_secret(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value():
        raise ValueError("is empty")
    return secret
