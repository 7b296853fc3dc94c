"""A CoAP server on aiocoap, for the interop tests: UDP on 127.0.0.1, the resources of ../README.md.

Prints {"ready": true, "port": N} when it listens, and ends on SIGTERM.
"""

import argparse
import asyncio
import json
import os
import signal
import socket

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=0)
args = parser.parse_args()
os.environ["AIOCOAP_SERVER_TRANSPORT"] = "udp6"

import aiocoap  # noqa: E402  it reads the variable above
from aiocoap import resource  # noqa: E402
from aiocoap.numbers.codes import CHANGED, CONTENT, DELETED, Code  # noqa: E402

TEXT = 0
SEPARATE_AFTER = 0.4
TICK = 0.15


def text(payload, code=CONTENT):
    return aiocoap.Message(code=code, payload=payload.encode(), content_format=TEXT)


class Hello(resource.Resource):
    async def render_get(self, request):
        return text("hello")


class Echo(resource.Resource):
    async def render_get(self, request):
        return text("echo")

    async def render_post(self, request):
        return aiocoap.Message(code=CHANGED, payload=request.payload, content_format=TEXT)

    async def render_fetch(self, request):
        return aiocoap.Message(code=CONTENT, payload=request.payload, content_format=TEXT)

    async def render_delete(self, request):
        return aiocoap.Message(code=DELETED)

    render_put = render_patch = render_ipatch = render_post


class Separate(resource.Resource):
    async def render_get(self, request):
        await asyncio.sleep(SEPARATE_AFTER)
        return text("separate")


class Still(resource.ObservableResource):
    async def render_get(self, request):
        return text("still")


class Status(resource.Resource):
    """Answers with the code that its query names, as in ?4.03."""

    async def render_get(self, request):
        wanted = request.opt.uri_query[0]
        return text(wanted, next(code for code in Code if code.is_response() and code.dotted == wanted))


class Counter(resource.ObservableResource):
    """Counts while somebody observes it."""

    def __init__(self):
        super().__init__()
        self.count = 0
        self.ticking = None

    def update_observation_count(self, newcount):
        if newcount and not self.ticking:
            self.ticking = asyncio.get_running_loop().create_task(self.tick())
        elif not newcount and self.ticking:
            self.ticking.cancel()
            self.ticking = None

    async def tick(self):
        while True:
            await asyncio.sleep(TICK)
            self.count += 1
            self.updated_state()

    async def render_get(self, request):
        return text(str(self.count))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def main():
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    site = resource.Site()
    site.add_resource([".well-known", "core"], resource.WKCResource(site.get_resources_as_linkheader))
    resources = {"hello": Hello(), "echo": Echo(), "separate": Separate(), "status": Status(), "obs": Counter(), "still": Still()}
    for path, served in resources.items():
        site.add_resource([path], served)
    port = args.port or free_port()
    context = await aiocoap.Context.create_server_context(site, bind=("127.0.0.1", port))
    print(json.dumps({"ready": True, "port": port}), flush=True)
    await ended.wait()
    await context.shutdown()


asyncio.run(main())
