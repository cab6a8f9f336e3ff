"""Prints the host names that Scapy finds in payloads, for comparison with ours.

Standard input has one payload a line: `tls`, `dns` or `dns-stream`, a blank, its bytes in hexadecimal. For each line one is
printed: the name of the server or of the first question in hexadecimal, `-` without one, `?` where Scapy fails.
"""

import sys

from scapy.layers.dns import DNS
from scapy.layers.tls.extensions import TLS_Ext_ServerName
from scapy.layers.tls.handshake import TLSClientHello
from scapy.layers.tls.record import TLS


def server_name(payload):
    record = TLS(payload)
    while isinstance(record, TLS):
        for message in record.msg or []:
            if not isinstance(message, TLSClientHello):
                return "-"
            for extension in message.ext or []:
                if isinstance(extension, TLS_Ext_ServerName):
                    for entry in extension.servernames or []:
                        if entry.nametype == 0:
                            return entry.servername.hex()
            return "-"
        record = record.payload
    return "-"


def question(payload):
    message = DNS(payload)
    # Scapy fills in what is missing: a header, and a question for www.example.com.
    return message.qd[0].qname.hex() if len(payload) > 12 and message.qdcount and message.qd else "-"


SEARCHES = {"tls": server_name, "dns": question, "dns-stream": lambda payload: question(payload[2:])}

for line in sys.stdin:
    kind, _, text = line.rstrip("\n").partition(" ")
    try:
        print(SEARCHES[kind](bytes.fromhex(text)) or "-")
    except Exception:  # Scapy raises whatever comes to hand on cut and malformed messages.
        print("?")
