"""Serves LocalStack in host mode: one process, no Docker, no account, no network, on a free loopback port.

Arguments: the localstack-core version that this was written for.
"""

import os
import socket
import sys
import threading
from importlib.metadata import version

import lifeline


def main():
    wanted, found = sys.argv[1], version("localstack-core")
    if found != wanted:
        lifeline.refuse(f"this is localstack-core {found}, and {wanted} is wanted")

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    configure(port, os.environ["SLIPWAY_RUN_DIR"])
    serve_on(listener)

    lifeline.end_with_parent()
    threading.Thread(target=announce_when_ready, args=(port, found), daemon=True).start()

    from localstack.runtime.main import main as run

    run()


def configure(port, run_dir):
    """Must come before the first import of localstack, which reads its settings while it is imported."""
    os.environ.update(
        GATEWAY_LISTEN=f"127.0.0.1:{port}",
        LOCALSTACK_HOST=f"127.0.0.1:{port}",
        FILESYSTEM_ROOT=os.path.join(run_dir, "localstack"),
        SKIP_SSL_CERT_DOWNLOAD="1",
        DISABLE_EVENTS="1",
        DNS_ADDRESS="0",
        EAGER_SERVICE_LOADING="0",
    )


def serve_on(listener):
    """Hands LocalStack our socket: its own server drops the IPv4 host of GATEWAY_LISTEN and binds every interface."""
    from twisted.internet import endpoints

    def adopt(reactor, _port, backlog=50, interface=""):
        listener.setblocking(False)
        return endpoints.AdoptedStreamServerEndpoint(reactor, listener.fileno(), socket.AF_INET)

    listener.listen(50)
    endpoints.TCP4ServerEndpoint = adopt


def announce_when_ready(port, found):
    from localstack.runtime import events

    events.infra_ready.wait()
    lifeline.announce(port=port, version=found)


if __name__ == "__main__":
    main()
