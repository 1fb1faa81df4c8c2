"""Correction of LocalStack's S3."""
