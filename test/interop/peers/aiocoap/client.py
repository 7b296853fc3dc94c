"""A CoAP client on aiocoap, for the interop tests. Prints what it saw as one JSON line; ends with 1 when there was no answer.

The arguments and the output of ../README.md.
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
parser.add_argument("--block-size", type=int, help="16 to 1024")
parser.add_argument("--observe", type=int, help="take that many notifications, the first answer included, and cancel")
parser.add_argument("--timeout", type=float, default=15)
args = parser.parse_args()


async def request(context):
    message = aiocoap.Message(
        code=getattr(aiocoap, args.method),
        uri=args.uri,
        transport_tuning=aiocoap.Unreliable if args.non else aiocoap.Reliable,
    )
    if args.payload is not None:
        message.payload = args.payload.encode()
        message.opt.content_format = 0
    if args.block_size:
        exponent = args.block_size.bit_length() - 5
        await context.find_remote_and_interface(message)
        message.remote.maximum_block_size_exp = exponent
        if args.payload is None:
            message.opt.block2 = (0, False, exponent)
    for option in args.option:
        number, _, value = option.partition("=")
        message.opt.add_option(OpaqueOption(OptionNumber(int(number)), bytes.fromhex(value)))
    return message


def seen(response):
    options = [[int(option.number), option.encode().hex()] for option in response.opt.option_list()]
    return {"code": response.code.dotted, "payload": response.payload.decode(), "options": options}


async def observe(context):
    message = await request(context)
    message.opt.observe = 0
    exchange = context.request(message)
    notifications = []

    def keep(response):
        notifications.append(seen(response))

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
        return await observe(context) if args.observe else seen(await context.request(await request(context)).response)
    finally:
        await context.shutdown()


try:
    print(json.dumps(asyncio.run(asyncio.wait_for(main(), args.timeout))), flush=True)
except (aiocoap.error.Error, asyncio.TimeoutError) as failure:
    sys.exit(f"{type(failure).__name__}: {failure}")
