"""A CoAP client on aiocoap, for the interop tests. Prints what it saw as one JSON line; ends with 1 when there was no answer.

{"code": "2.05", "payload": "hello"}, or with --observe {"notifications": [{"code": …, "payload": …, "observe": 7}, …]}.
"""

import argparse
import asyncio
import json
import sys

import aiocoap
from aiocoap.numbers.optionnumbers import OptionNumber
from aiocoap.optiontypes import OpaqueOption

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("uri")
parser.add_argument("--method", default="GET")
parser.add_argument("--payload")
parser.add_argument("--non", action="store_true", help="non-confirmable")
parser.add_argument("--option", action="append", default=[], help="NUMBER=HEX, may be repeated")
parser.add_argument("--observe", type=int, help="take that many notifications, the first answer included, and cancel")
parser.add_argument("--timeout", type=float, default=15)
args = parser.parse_args()


def request():
    message = aiocoap.Message(
        code=getattr(aiocoap, args.method),
        uri=args.uri,
        transport_tuning=aiocoap.Unreliable if args.non else aiocoap.Reliable,
    )
    if args.payload is not None:
        message.payload = args.payload.encode()
        message.opt.content_format = 0
    for option in args.option:
        number, _, value = option.partition("=")
        message.opt.add_option(OpaqueOption(OptionNumber(int(number)), bytes.fromhex(value)))
    return message


def seen(response):
    return {"code": response.code.dotted, "payload": response.payload.decode()}


async def observe(context):
    message = request()
    message.opt.observe = 0
    exchange = context.request(message)
    notifications = []

    def keep(response):
        notifications.append({**seen(response), "observe": response.opt.observe})

    keep(await exchange.response)
    async for notification in exchange.observation:
        keep(notification)
        if len(notifications) >= args.observe:
            break
    exchange.observation.cancel()
    # It cancels by a Reset of the next notification (RFC 7641, 3.6), so it has to be there for that.
    await asyncio.sleep(0.5)
    return {"notifications": notifications}


async def main():
    context = await aiocoap.Context.create_client_context()
    try:
        return await observe(context) if args.observe else seen(await context.request(request()).response)
    finally:
        await context.shutdown()


try:
    print(json.dumps(asyncio.run(asyncio.wait_for(main(), args.timeout))), flush=True)
except (aiocoap.error.Error, asyncio.TimeoutError) as failure:
    sys.exit(f"{type(failure).__name__}: {failure}")
