"""An AWS client that is not ours: reads calls as lines of JSON, makes them with boto3, writes the answers.

Arguments: the endpoint. A call is {"service", "operation", "arguments"}; an answer is {"ok"} or {"error", "code"}.
"""

import base64
import json
import sys
from datetime import datetime

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def main():
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    clients = {}
    for line in sys.stdin:
        call = json.loads(line)
        service = call["service"]
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=sys.argv[1], config=config)
        print(json.dumps(answer(clients[service], call), default=plain), flush=True)


def answer(client, call):
    try:
        result = getattr(client, call["operation"])(**call["arguments"])
    except ClientError as refusal:
        return {"error": str(refusal), "code": refusal.response["Error"]["Code"]}
    except BotoCoreError as failure:
        return {"error": str(failure), "code": type(failure).__name__}
    result.pop("ResponseMetadata", None)
    return {"ok": result}


def plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.read().decode(errors="replace")


if __name__ == "__main__":
    main()
