"""The three reasons to stop, after the first digit of an enhanced status code (RFC 3463).

What the world does often (a locked file, an unknown sender) is a value of `intake.model`, never one of these.
"""


class IntakeError(Exception):
    """The root of the three; its text is one or two plain sentences, ids only, fit for an operator."""


class TransientError(IntakeError):
    """4.x.x: the same call may succeed later. Waiting costs nothing; a reported one counts as a try."""


class AccessRefusedError(TransientError):
    """The server is there and does not let us in. Only a person can change that, so ask seldom: some servers lock accounts."""


class DatabaseUnreachableError(TransientError):
    """The ledger's database does not answer, or is busy for too long."""


class ContendedError(TransientError):
    """Other workers change the same thing all the time: the work waits its turn again, and nothing is out of reach."""


class PermanentError(IntakeError):
    """5.x.x: the same call will never succeed. Nobody retries it; a person decides."""


class BlobsRefusedError(PermanentError):
    """The blob store will not take or give a document as things are: its rights or its keys are to blame, not a message."""


class BlobsDeniedError(PermanentError):
    """The blob store lets us do nothing, whatever the blob: work waits for a person who mends its rights or keys."""


class ConfigError(IntakeError):
    """The configuration or the command line is wrong: do not start (exit code 2)."""


class ClaimLostError(IntakeError):
    """Another worker owns this row now; whatever was being written must be dropped."""


class StaleViewError(IntakeError):
    """What a decision was based on has changed meanwhile: look again and decide again, at once."""
