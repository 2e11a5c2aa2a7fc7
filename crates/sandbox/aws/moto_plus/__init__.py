"""What moto lacks and Slipway's systems need: operations added to moto, and operations of moto put right.

One file per AWS service. `extension.py` says how an operation is hung onto moto, and refuses to add one that moto has.
`cbor.py` adds a protocol.
What is stored hangs on moto's own backends: it is separate by account and region, and goes with moto's reset.
No effect is modelled: nothing scales, nobody is notified, nothing is spent. Only what is configured is given back.
"""

from moto_plus.cbor import Cbor
from moto_plus.extension import operations

__all__ = ["Cbor", "install", "operations"]


def install():
    """Adds everything to the moto of this process. To be called before the first request."""
    from moto_plus import (  # noqa: F401  importing a service installs it
        application_autoscaling,
        awslambda,
        backup,
        budgets,
        ce,
        cloudformation,
        cloudfront,
        cloudwatch,
        codedeploy,
        ec2,
        ecs,
        elasticache,
        logs,
        rds,
        s3,
        serverlessrepo,
        sqs,
        synthetics,
        xray,
    )
