"""What the double can do, operation by operation, as it is found by asking, against the list that is checked in.

`python -m moto_plus.tests.test_zz_capabilities` writes the list. Runs last, since it calls everything once.
"""

import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from moto_plus.tests import doubles
from moto_plus.tests.test_zz_operations import extended, sample

LIST = Path(__file__).with_name("capabilities.txt")

HEADER = """\
# works: moto has it. partly: moto has it, and moto_plus puts it right. added: moto_plus has it. missing: nobody has.
# A service is here because moto_plus extends it.
"""

# They run something, or wait for something that never comes.
NOT_ASKED = {"lambda.Invoke", "lambda.InvokeAsync", "lambda.InvokeWithResponseStream", "logs.StartLiveTail", "sqs.ReceiveMessage"}


def found():
    """Every operation of every such service, and how the double stands to it."""
    ways = extended()
    session = botocore.session.get_session()
    services = sorted({operation.split(".")[0] for operation in ways})
    answers = {}
    for service in services:
        # EC2 has 750 operations, of which a network needs 60: those that moto_plus puts right say enough.
        names = session.get_service_model(service).operation_names
        asked = [f"{service}.{name}" for name in names if service != "ec2" or f"ec2.{name}" in ways]
        double = doubles.Aws(doubles.endpoint("extended"))
        with ThreadPoolExecutor(4) as pool:
            getattr(double, service.replace("-", "_"))
            for operation, missing in zip(asked, pool.map(lambda operation: is_missing(double, session, operation), asked)):
                answers[operation] = "missing" if missing else {"added": "added", "repaired": "partly"}.get(ways.get(operation), "works")
    return "".join(f"{operation} {answer}\n" for operation, answer in sorted(answers.items()))


def is_missing(double, session, operation):
    if operation in NOT_ASKED:
        return False
    service, name = operation.split(".")
    shape = session.get_service_model(service).operation_model(name).input_shape
    try:
        double.call(operation, sample(shape) if shape else {})
    except ClientError as refusal:
        error = refusal.response["Error"]
        return error["Code"] == "DoubleGap" and "has no such operation" in error["Message"]
    except BotoCoreError:
        # An answer that cannot be read is an answer.
        return False
    return False


class Capabilities(unittest.TestCase):
    maxDiff = None

    def test_the_double_can_do_what_the_list_says_no_less_and_no_more(self):
        self.assertEqual(LIST.read_text(), HEADER + found())


if __name__ == "__main__":
    LIST.write_text(HEADER + found())
