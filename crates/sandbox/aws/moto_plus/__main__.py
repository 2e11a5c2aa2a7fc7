"""`python -m moto_plus` prints what is extended, as JSON: `Service.Operation`, by AWS's id of the service, to how."""

import json

from moto.core.utils import get_service_model

import moto_plus

moto_plus.install()
named = ((*operation.split("."), how) for operation, how in moto_plus.operations().items())
print(json.dumps({f"{get_service_model(service).service_id}.{name}": how for service, name, how in named}))
