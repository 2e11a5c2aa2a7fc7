"""The two servers of a test run, and clients for them."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from functools import cache
from pathlib import Path

import boto3
from botocore import xform_name
from botocore.config import Config

PINNED = "5.2.5"
STARTER = Path(__file__).parents[2] / "moto_double.py"


class Aws:
    """Clients for one server, as attributes by service: `aws.budgets`. Dashes are spelt as underscores."""

    def __init__(self, endpoint, account="123456789012", called=None):
        self.endpoint = endpoint
        self.account = account
        self.called = set() if called is None else called
        self._credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self._clients = {}
        if account != "123456789012":
            role = f"arn:aws:iam::{account}:role/deploy"
            given = Aws(endpoint).sts.assume_role(RoleArn=role, RoleSessionName="deploy")["Credentials"]
            self._credentials = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }

    def __getattr__(self, service):
        if service not in self._clients:
            config = Config(retries={"total_max_attempts": 1}, parameter_validation=True)
            client = boto3.client(
                service.replace("_", "-"),
                endpoint_url=self.endpoint,
                region_name="us-east-1",
                config=config,
                **self._credentials,
            )
            client.meta.events.register("before-call", self._note)
            self._clients[service] = client
        return self._clients[service]

    def _note(self, model, **_):
        self.called.add(f"{model.service_model.service_name}.{model.name}")

    def call(self, operation, arguments):
        """Calls `service.Operation`."""
        service, name = operation.split(".")
        return getattr(getattr(self, service.replace("-", "_")), xform_name(name))(**arguments)

    def reset(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")).close()


@cache
def endpoint(kind):
    """Starts a server once: `extended`, or `plain` for moto by itself. It ends with this process."""
    folder = tempfile.TemporaryDirectory()
    environment = {**os.environ, "SLIPWAY_RUN_DIR": folder.name, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, STARTER, PINNED, *([kind] if kind == "plain" else [])]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environment, text=True, **pipes)

    def end():
        server.stdin.close()
        server.wait()
        server.stdout.close()
        folder.cleanup()

    atexit.register(end)
    announced = json.loads(server.stdout.readline())
    return f"http://127.0.0.1:{announced['port']}"
