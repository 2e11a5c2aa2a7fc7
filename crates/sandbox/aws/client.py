"""An AWS client that is not ours: reads calls as lines of JSON, makes them with boto3, writes the answers.

Arguments: the endpoint. A call is {"service", "operation", "arguments"}, and "account" and "region" where they are not
the default ones; an answer is {"ok"} or {"error", "code"}.
"""

import base64
import json
import sys
from datetime import datetime

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def main():
    clients = Clients(sys.argv[1])
    for line in sys.stdin:
        call = json.loads(line)
        client = clients.of(call["service"], call.get("account"), call.get("region", "us-east-1"))
        print(json.dumps(answer(client, call), default=plain), flush=True)


class Clients:
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.clients = {}
        self.credentials = {None: {"aws_access_key_id": "test", "aws_secret_access_key": "test"}}

    def of(self, service, account, region):
        if (service, account, region) not in self.clients:
            config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
            where = {"endpoint_url": self.endpoint, "region_name": region, "config": config}
            self.clients[service, account, region] = boto3.Session().client(service, **where, **self.credentials_of(account))
        return self.clients[service, account, region]

    def credentials_of(self, account):
        if account not in self.credentials:
            role = {"RoleArn": f"arn:aws:iam::{account}:role/client", "RoleSessionName": "client"}
            given = self.of("sts", None, "us-east-1").assume_role(**role)["Credentials"]
            self.credentials[account] = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }
        return self.credentials[account]


def answer(client, call):
    try:
        result = getattr(client, call["operation"])(**call["arguments"])
    except ClientError as refusal:
        return {"error": str(refusal), "code": refusal.response["Error"]["Code"]}
    except BotoCoreError as failure:
        return {"error": str(failure), "code": type(failure).__name__}
    headers = result.pop("ResponseMetadata", {}).get("HTTPHeaders", {})
    if why := headers.get("x-double-constant"):
        words = f"the double always answers {call['service']}.{call['operation']} so, since {why}: nothing can be judged by it"
        return {"error": words, "code": "ConstantAnswer"}
    return {"ok": result}


def plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.read().decode(errors="replace")


if __name__ == "__main__":
    main()
