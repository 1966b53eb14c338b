"""Remembers: the ledger (database) and the blobs (S3 or a folder)."""
