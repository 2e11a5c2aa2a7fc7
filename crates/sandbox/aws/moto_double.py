"""Serves moto, with what moto_plus adds to it, on a free loopback port, and gives every operation that is lacking a name.

Arguments: the moto version that this was written for, and `plain` for moto without the additions.
"""

import io
import json
import os
import re
import sys
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import lifeline


def main():
    wanted = sys.argv[1]
    import moto

    if moto.__version__ != wanted:
        lifeline.refuse(f"this is moto {moto.__version__}, and {wanted} is wanted")

    extended = sys.argv[2:] != ["plain"]
    if extended:
        import moto_plus

        moto_plus.install()

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    application = NamedGaps(DomainDispatcherApplication(create_backend_app), f"moto {wanted}")
    if extended:
        application = moto_plus.Cbor(application)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    lifeline.end_with_parent()
    lifeline.announce(port=server.server_port, version=moto.__version__)
    server.serve_forever()


class NamedGaps:
    """Answers 501 `DoubleGap` where moto has only a stack trace or an HTML page, so that a gap looks like one.

    Left alone, a gap is an HTML page of status 500 or 404 in a JSON or XML protocol: clients retry it and
    then complain about a parse error.
    """

    def __init__(self, application, double):
        self.application = application
        self.double = double

    def __call__(self, environ, start_response):
        form = read_form(environ)
        answer = []

        def hold(status, headers, exc_info=None):
            answer[:] = [status, headers]

        try:
            body = self.application(environ, hold)
        except Exception as fault:
            missing = isinstance(fault, NotImplementedError)
            return self.gap(environ, form, start_response, "" if missing else f": {type(fault).__name__}: {fault}")

        if answer[0].startswith("404"):
            body = list(body)
            if b"".join(body)[:20].lower().startswith(b"<!doctype html"):
                return self.gap(environ, form, start_response, "")
        start_response(*answer)
        return body

    def gap(self, environ, form, start_response, detail):
        service, operation, protocol = name_of(environ, form)
        verb = "failed" if detail else "has no such operation"
        message = f"double gap: {service}.{operation} ({self.double} {verb}{detail})"
        print(message, file=sys.stderr)
        if "json" in protocol:
            kind, body = "application/json", json.dumps({"__type": "DoubleGap", "message": message})
        else:
            error = f"<Error><Code>DoubleGap</Code><Message>{escape(message)}</Message></Error>"
            wrap = {"s3": "{}", "ec2": "<Response><Errors>{}</Errors></Response>"}
            kind, body = "text/xml", wrap.get(service, "<ErrorResponse>{}</ErrorResponse>").format(error)
        body = body.encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-ErrorType", "DoubleGap")]
        start_response("501 Not Implemented", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def read_form(environ):
    """The fields of a form body, which is put back for the application to read."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode(errors="replace"))


def name_of(environ, form):
    """Service, operation and protocol of a request, from what AWS's own service descriptions say of it."""
    scope = re.search(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else "unsigned"
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.rsplit(".", 1)[-1], "json"
    if "Action" in form:
        return service, form["Action"][0], "query"

    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
    asked = set(parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    model = service_model(service)
    best, protocol = None, "rest-xml"
    if model:
        protocol = model.metadata["protocol"]
        for name in model.operation_names:
            http = model.operation_model(name).http
            template, _, query = http["requestUri"].partition("?")
            wanted = set(parse_qs(query, keep_blank_values=True))
            if http["method"] == method and wanted <= asked and fits(template, path):
                if best is None or len(wanted) > best[0]:
                    best = (len(wanted), name)
    return service, best[1] if best else f"{method} {path}", protocol


def service_model(service):
    import botocore.exceptions
    import botocore.session

    try:
        return botocore.session.get_session().get_service_model(service)
    except botocore.exceptions.UnknownServiceError:
        return None


def fits(template, path):
    parts = re.split(r"(\{[^}]+\})", template.rstrip("/"))
    pattern = "".join(
        (".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
    )
    return re.fullmatch(pattern + "/?", path) is not None


if __name__ == "__main__":
    main()
