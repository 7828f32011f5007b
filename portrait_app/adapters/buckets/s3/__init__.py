"""Buckets in an S3-compatible store, where each person's objects are opened by a credential for that person alone."""

from portrait_app.adapters.buckets.s3.buckets import S3Bucket, S3Buckets

__all__ = ["S3Bucket", "S3Buckets"]
