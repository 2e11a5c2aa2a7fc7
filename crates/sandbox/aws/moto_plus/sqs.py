"""SQS: the redrive policy in the spelling of AWS, without blanks."""

import json

from moto.sqs.responses import SQSResponse

from moto_plus.extension import Service

service = Service("sqs", SQSResponse, lambda answering: answering.sqs_backend)


@service.repairs("GetQueueAttributes")
def get_queue_attributes(_call, moto):
    answer = moto()
    attributes = (answer.result or {}).get("Attributes") or {}
    if policy := attributes.get("RedrivePolicy"):
        attributes["RedrivePolicy"] = json.dumps(json.loads(policy), separators=(",", ":"))
    return answer
