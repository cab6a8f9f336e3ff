import Foundation
import SentryTestSupport

/// A program that accepts all packets of a kernel queue, written in Python with nothing but a socket, so that what it says
/// is independent of our own code. It ends with the test.
final class QueueListener {
  private let folder = try? TemporaryFolder()
  private let process: String

  init(_ network: TestNetwork, queue: Int) throws {
    let script = try folder?.write("listen.py", Self.script) ?? ""
    let output = script + ".out"
    process = try network.host(
      """
      timeout 100 /usr/bin/python3 -u \(script) \(queue) > \(output) 2>&1 &
      printf %s $!
      until grep -q . \(output); do kill -0 $! || exit 1; sleep 0.01; done
      """)
  }

  deinit { try? kill() }

  /// Ends it as a crash would, and waits until it is gone (a zombie has closed its socket, too).
  func kill() throws {
    try NetworkNamespace.runScript(
      """
      child=$(pgrep -P \(process)) || exit 0
      kill -KILL $child \(process)
      until ! [ -e /proc/$child/status ] || grep -q '^State:.*[ZX]' /proc/$child/status; do sleep 0.01; done
      """)
  }

  /// Whether it tells of exactly these, at the latest when ten seconds have passed.
  func sees(_ expected: [String: Int]) throws -> Bool {
    for _ in 0..<100 where seen != expected { try NetworkNamespace.runScript("sleep 0.1") }
    return seen == expected
  }

  /// What it has told of so far, and how often.
  private var seen: [String: Int] {
    let text = folder.flatMap { try? String(contentsOfFile: $0.path("listen.py.out"), encoding: .utf8) } ?? ""
    return Dictionary(text.split(separator: "\n").dropFirst().map { (String($0), 1) }, uniquingKeysWith: +)
  }

  /// linux/netfilter/nfnetlink_queue.h: messages 0 packet, 1 verdict, 2 config; attributes of a packet 1 header, 3 mark,
  /// 5 and 6 interfaces, 10 payload.
  private static let script = """
    import socket, struct, sys
    queue = int(sys.argv[1])
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    s.bind((0, 0))
    def attribute(kind, value):
        return struct.pack('=HH', 4 + len(value), kind) + value + bytes(-len(value) % 4)
    def send(kind, body):
        body = struct.pack('>BBH', 0, 0, queue) + body
        s.send(struct.pack('=IHHII', 16 + len(body), 3 << 8 | kind, 1, 0, 0) + body)
    send(2, attribute(1, struct.pack('>BBH', 1, 0, 0)))
    send(2, attribute(2, struct.pack('>IB', 0xffff, 2)))
    print('ready')
    while True:
        data = s.recv(1 << 17)
        if struct.unpack_from('=H', data, 4)[0] & 0xff != 0:
            continue
        values, at = {}, 20
        while at + 4 <= len(data):
            length, kind = struct.unpack_from('=HH', data, at)
            values[kind & 0x3fff] = data[at + 4:at + length]
            at += length + 3 & ~3
        number, hook = struct.unpack_from('>I2xB', values[1])
        payload, mark = values[10], values.get(3, bytes(4))
        if payload[0] >> 4 == 4 and payload[9] == 1 or payload[0] >> 4 == 6 and payload[40] in (128, 129):
            index = struct.unpack('>I', values[5 if hook == 0 else 6])[0]
            print({0: 'prerouting', 4: 'postrouting'}[hook], socket.if_indextoname(index), mark.hex().lstrip('0') or '0')
        send(1, attribute(2, struct.pack('>II', 1, number)))
    """
}
