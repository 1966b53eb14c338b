"""Takes in e-mailed collateral, keeps the score of what is missing and answers in the same thread."""

__version__ = "0.1.0"
