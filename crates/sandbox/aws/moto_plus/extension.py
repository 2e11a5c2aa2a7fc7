"""How an operation is added to moto, and how one of moto's own is put right."""

import re
from functools import cached_property
from importlib import import_module

import moto
from botocore import xform_name
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult
from moto.core.routing import get_service_router
from moto.core.utils import camelcase_to_underscores, get_service_model

_operations = {}


def operations():
    """What is extended: `service.Operation` to `added` or `repaired`."""
    return dict(_operations)


class Outdated(Exception):
    """moto is not as it was when an extension was written for it."""


class Refusal(ServiceException):
    """An error that AWS names: its code, and a sentence."""

    # moto takes the second word of a module whose name begins with its own for a service. Here, the answer knows it.
    __module__ = "extension"


class Service:
    """One AWS service of moto, by botocore's name.

    `responses` is the class that answers for it, `backend` finds moto's store for one of its responses, and `package` is
    the part of moto whose server gets its requests.
    """

    def __init__(self, name, responses, backend, package=None):
        self.name = name
        self.responses = responses
        self.backend = backend
        self._paths = import_module(f"moto.{package or responses.__module__.split('.')[1]}.urls").url_paths

    def adds(self, operation, constant=None):
        """Decorates a function from a `Call` to the members of the answer, for an operation that moto lacks.

        `constant` says why the answer is the same whatever happens. It goes with the answer, and `client.py` refuses to
        hand such a one out, so that no test can judge an effect by what is only made up.
        """

        def install(function):
            method = camelcase_to_underscores(operation)
            if hasattr(self.responses, method):
                raise Outdated(f"moto {moto.__version__} has {self.name}.{operation} by itself: it must go from moto_plus")

            def answer(answering):
                result = ActionResult(function(Call(self, answering, operation)))
                if constant:
                    answering.response_headers["x-double-constant"] = constant
                return result

            setattr(self.responses, method, answer)
            self._route(operation)
            _operations[f"{self.name}.{operation}"] = "added"
            return function

        return install

    def repairs(self, operation, called=None):
        """Decorates a function from a `Call` and moto's own way (without arguments) to what moto's way returns.

        `called` is the method that answers, where its name is not the operation's.
        """

        def install(function):
            method = called or camelcase_to_underscores(operation)
            theirs = getattr(self.responses, method, None)
            if theirs is None:
                raise Outdated(f"moto {moto.__version__} has no {self.name}.{operation} that could be put right")

            def repaired(answering, *arguments):
                return function(Call(self, answering, operation), lambda: theirs(answering, *arguments))

            setattr(self.responses, method, repaired)
            _operations[f"{self.name}.{operation}"] = "repaired"
            return function

        return install

    def _route(self, operation):
        """Has moto's server hand the operation's path to the class that answers. Not needed where every path is `/`."""
        path = get_service_model(self.name).operation_model(operation).http["requestUri"].partition("?")[0]
        pattern = "{0}" + re.sub(r"\{(\w+)\+?\}", r"(?P<\1>.+)" if path.count("{") == 1 else r"(?P<\1>[^/]+)", path)
        if path != "/":
            # Before moto's own, some of which end in a wildcard.
            theirs = {key: value for key, value in self._paths.items() if key != f"{pattern}$"}
            self._paths.clear()
            self._paths.update({f"{pattern}$": self.responses.dispatch, **theirs})


class Call:
    """One request: its parameters by AWS's names, and where what it changes is kept."""

    def __init__(self, service, answering, operation):
        self._service = service
        self._operation = operation
        self.answering = answering
        self.request = answering.normalized_request
        self.account = answering.current_account
        self.region = answering.region
        self.backend = service.backend(answering)

    @cached_property
    def _parameters(self):
        request = self.request
        model = get_service_model(self._service.name)
        _, in_path = get_service_router(self._service.name).match(request)
        parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)]
        return parser(model.operation_model(self._operation), map_type=dict).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": in_path,
            }
        )

    def __getitem__(self, name):
        return self._parameters[name]

    def get(self, name, default=None):
        value = self._parameters.get(name)
        return default if value is None else value

    def given(self, *names):
        """The parameters among `names` that the request has."""
        return {name: self._parameters[name] for name in names if self._parameters.get(name) is not None}

    def table(self, name):
        """A dictionary that is kept by account and region, and that moto's reset forgets."""
        return self.backend.__dict__.setdefault(f"moto_plus_{name}", {})


def keep(thing, given, *names):
    """Sets what moto has dropped onto the object that it answers from, under the names that it looks for."""
    for name in names:
        if given.get(name) is not None:
            setattr(thing, xform_name(name), given[name])


def tags_to_dict(tags, key="Key", value="Value"):
    return {tag[key]: tag[value] for tag in tags or []}


def dict_to_tags(tags, key="Key", value="Value"):
    return [{key: name, value: text} for name, text in tags.items()]
