"""A CoAP server on aiocoap, for the interop tests: UDP on 127.0.0.1, the resources of ../README.md.

Prints {"ready": true, "port": N} when it listens, and ends on SIGTERM.
"""

import argparse
import asyncio
import hashlib
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
from aiocoap.numbers.codes import (  # noqa: E402
    CHANGED,
    CONTENT,
    CREATED,
    DELETED,
    PRECONDITION_FAILED,
    UNAUTHORIZED,
    VALID,
    Code,
)

TEXT = 0
SEPARATE_AFTER = 0.4
TICK = 0.15
ETAG = bytes.fromhex("0e7a61")
FRESH = b"fresh"


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

    def __init__(self, form=str):
        super().__init__()
        self.form = form
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
        return text(self.form(self.count))


class Large(resource.Resource):
    """As many bytes as its query says."""

    async def render_get(self, request):
        size = int(request.opt.uri_query[0])
        return text("".join(f"{offset:07}." for offset in range(0, size, 8))[:size])


class Store(resource.Resource):
    """Says what it got: the first 16 digits of its SHA-256."""

    async def render_put(self, request):
        return text(hashlib.sha256(request.payload).hexdigest()[:16], CHANGED)


class Validate(resource.Resource):
    async def render_get(self, request):
        response = aiocoap.Message(code=VALID) if ETAG in request.opt.etags else text("validate")
        response.opt.etag = ETAG
        return response


class Made(resource.Resource):
    """Made by a PUT, gone with a DELETE."""

    there = False

    async def render_put(self, request):
        if self.there and request.opt.if_none_match:
            return aiocoap.Message(code=PRECONDITION_FAILED)
        there, self.there = self.there, True
        return aiocoap.Message(code=CHANGED if there else CREATED)

    async def render_delete(self, request):
        self.there = False
        return aiocoap.Message(code=DELETED)


class Fresh(resource.Resource):
    """Wants an Echo option."""

    async def render_get(self, request):
        if request.opt.echo == FRESH:
            return text("fresh")
        response = aiocoap.Message(code=UNAUTHORIZED)
        response.opt.echo = FRESH
        return response


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def main():
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    site = resource.Site()
    site.add_resource([".well-known", "core"], resource.WKCResource(site.get_resources_as_linkheader))
    resources = {
        "hello": Hello(),
        "echo": Echo(),
        "separate": Separate(),
        "status": Status(),
        "obs": Counter(),
        "obs-large": Counter(lambda count: f"{count:07}." * 250),
        "still": Still(),
        "large": Large(),
        "store": Store(),
        "validate": Validate(),
        "made": Made(),
        "fresh": Fresh(),
    }
    for path, served in resources.items():
        site.add_resource([path], served)
    port = args.port or free_port()
    context = await aiocoap.Context.create_server_context(site, bind=("127.0.0.1", port))
    print(json.dumps({"ready": True, "port": port}), flush=True)
    await ended.wait()
    await context.shutdown()


asyncio.run(main())
