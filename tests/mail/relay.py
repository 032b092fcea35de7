"""A mail relay on loopback for the tests: aiosmtpd, from Debian's python3-aiosmtpd.

    relay.py DIRECTORY [CERTIFICATE KEY USER PASSWORD]

Prints its port, then takes letters until its stdin ends: each becomes a file NUMBER.eml in DIRECTORY, its recipient
in front. With a certificate it demands STARTTLS and a log-in. The recipient decides what else it does:
refused@ is refused for good, later@ is put off the first time, broken@ ends the line in the middle of the letter.
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

directory = sys.argv[1]
secrets = sys.argv[2:6]


class Handler:
    def __init__(self):
        self.taken = 0
        self.put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@") and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(one.startswith("broken@") for one in envelope.rcpt_tos):
            server.transport.abort()
            return "421 gone"
        self.taken += 1
        path = os.path.join(directory, f"{self.taken}.eml")
        with open(path + ".new", "wb") as file:
            file.write(b"X-Recipient: " + ",".join(envelope.rcpt_tos).encode() + b"\n")
            file.write(envelope.original_content)
        os.rename(path + ".new", path)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    user, password = secrets[2].encode(), secrets[3].encode()
    good = (data.login, data.password) == (user, password)
    return AuthResult(success=good, handled=good)


def protocol(handler, context):
    if context is None:
        return SMTP(handler, hostname="relay.test")
    return SMTP(
        handler,
        hostname="relay.test",
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )


async def main():
    context = None
    if secrets:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(secrets[0], secrets[1])
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(handler, context), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
