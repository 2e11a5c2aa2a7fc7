"""Tests of moto_plus through boto3, against a moto with it and a moto without it."""
