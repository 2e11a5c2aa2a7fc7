"""Synthetics: times as numbers, which the SDKs of Go and Rust insist on."""

import moto.synthetics.models as models
from moto.synthetics.responses import SyntheticsResponse

from moto_plus.extension import Service

service = Service("synthetics", SyntheticsResponse, lambda answering: answering.synthetics_backend)

models.iso_8601_datetime_with_milliseconds = lambda moment: moment.timestamp()


@service.repairs("DescribeCanaries")
def describe_canaries(_call, moto):
    return moto()


@service.repairs("GetCanary")
def get_canary(_call, moto):
    return moto()
