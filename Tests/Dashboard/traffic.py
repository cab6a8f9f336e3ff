#!/usr/bin/env python3
"""Sends to 10.77.0.1 until it is ended: visitors of a web server, name queries, somebody who tries ports, markup as text.

    traffic.py [ADDRESS…]    others who try ports, too, in turn
"""

import itertools
import socket
import sys
import time

WATCHED = "10.77.0.1"
VISITOR, ATTACKER = "10.77.0.7", "10.77.0.66"
MARKUP = b"GET /<img src=x onerror=window.hacked=1> HTTP/1.0\r\nHost: <script>window.hacked=1</script>\r\n\r\n"


def send(source, port, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((source, 0))
        out.sendto(text, (WATCHED, port))


def knock(source, port, text=b""):
    with socket.socket() as out:
        out.settimeout(0.3)
        out.bind((source, 0))
        try:
            out.connect((WATCHED, port))
            out.sendall(text)
            while text and out.recv(65536):
                pass
        except OSError:
            pass


def main(others):
    for turn in itertools.count():
        for port in (53, 53, 123, 161, 5353, 33434)[: 2 + turn % 5]:
            send(VISITOR, port, b"x" * (40 + 37 * (turn % 9)))
        knock(VISITOR, 80, MARKUP)
        if turn % 4 == 0:
            knock("10.77.0.2", (22, 443, 8080)[turn % 3])
        if turn % 8 == 0:
            for port in (111, 23, 25):
                knock(ATTACKER, port)
        if others and turn % 16 == 3:
            stranger = turn // 16 % len(others)
            for port in (4, 23, 25, 79, 110, 113)[stranger % 5 : stranger % 5 + 2]:
                knock(others[stranger], port)
        time.sleep(0.3)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        pass
