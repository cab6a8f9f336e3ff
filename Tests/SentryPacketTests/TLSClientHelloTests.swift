import SentryTestSupport
import Testing

@testable import SentryPacket

/// ClientHello messages, and the names in them.
enum ClientHello {
  /// The message of the first example handshake of RFC 8448 §3, which asks for `server`.
  static let rfc8448 = [UInt8](
    hex: """
      01 0000c0 0303
      cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7
      00 0006 1301 1303 1302 01 00 0091
      0000 000b 0009 00 0006 736572766572
      ff01 0001 00
      000a 0014 0012 001d 0017 0018 0019 0100 0101 0102 0103 0104
      0023 0000
      0033 0026 0024 001d 0020 99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c
      002b 0003 02 0304
      000d 0020 001e 0403 0503 0603 0203 0804 0805 0806 0401 0501 0601 0201 0402 0502 0602 0202
      002d 0002 01 01
      001c 0002 4001
      """)

  /// What OpenSSL sends as it opens a TLS 1.2 connection to `Www.Example.ORG`, record header included.
  static let openSSL = [UInt8](
    hex: """
      16030100b5010000b103038a325fe80f885ce5d7fbfc04c58ad68d702e6180ac6199cbb14cd61122
      2822ea00001ec02cc030c02bc02fcca9cca8c024c028c023c027009f009e006b006700ff0100006a
      00000014001200000f5777772e4578616d706c652e4f5247000b000403000102000a000c000a001d
      0017001e00190018002300000016000000170000000d002a0028040305030603080708080809080a
      080b080408050806040105010601030303010302040205020602
      """)

  /// A message with these extensions, otherwise as small as can be.
  static func message(extensions: [UInt8]?, version: [UInt8] = [3, 3]) -> [UInt8] {
    var body = version + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 1, 1, 0]
    if let extensions { body += length(extensions.count, bytes: 2) + extensions }
    return [1] + length(body.count, bytes: 3) + body
  }

  /// A server name extension with this list.
  static func serverName(list: [UInt8]) -> [UInt8] {
    [0, 0] + length(list.count + 2, bytes: 2) + length(list.count, bytes: 2) + list
  }

  static func entry(_ name: [UInt8], type: UInt8 = 0) -> [UInt8] {
    [type] + length(name.count, bytes: 2) + name
  }

  static func asking(for name: String) -> [UInt8] {
    message(extensions: serverName(list: entry(Array(name.utf8))))
  }

  /// Cut into records of at most `longest` bytes.
  static func records(_ message: [UInt8], longest: Int = 16_384) -> [UInt8] {
    stride(from: 0, to: message.count, by: longest).flatMap { start in
      let part = message[start..<min(start + longest, message.count)]
      return [22, 3, 1] + length(part.count, bytes: 2) + part
    }
  }

  static func length(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

private func serverName(_ bytes: [UInt8]) -> TLSClientHello.ServerName {
  bytes.withRawSpan { TLSClientHello.serverName(in: $0, payload: 0..<UInt32(bytes.count)) }
}

struct TLSClientHelloTests {
  private static let wanted = TLSClientHello.ServerName.found(hostName("server"))

  @Test("the handshake of RFC 8448 §3 asks for 'server'")
  func exampleOfTheRFC() {
    #expect(serverName(ClientHello.records(ClientHello.rfc8448)) == Self.wanted)
  }

  @Test func whatOpenSSLSends() {
    #expect(serverName(ClientHello.openSSL) == .found(hostName("www.example.org")))
  }

  @Test("inside a frame only the payload is looked at")
  func payloadOfAFrame() {
    let hello = ClientHello.records(ClientHello.rfc8448)
    let frame = Frame.tcp(
      from: "203.0.113.9", 40000, to: "192.0.2.10", 443, flags: [.psh, .ack], payload: hello,
      link: .ethernet(vlans: [7])
    )
    var packet = PacketFields()
    _ = packet.decode(frame, linkType: .ethernet)
    #expect(frame.withRawSpan { TLSClientHello.serverName(in: $0, payload: packet.payload) } == Self.wanted)
    let short = packet.payload.lowerBound..<packet.payload.lowerBound + 20
    #expect(
      frame.withRawSpan { TLSClientHello.serverName(in: $0, payload: short) }
        == .incomplete(byteCount: 44), "the length of the session identifier is byte 44")
  }

  @Test("in two segments, cut anywhere, the first says how much is missing and both together have the name")
  func cutAnywhere() {
    let hello = ClientHello.records(ClientHello.rfc8448)
    let nameEnd = 5 + 4 + 34 + 1 + 2 + 6 + 2 + 2 + 4 + 2 + 3 + 6
    for count in 0..<nameEnd {
      guard case .incomplete(let needed) = serverName(Array(hello.prefix(count))) else {
        Issue.record("\(count) bytes")
        continue
      }
      #expect(needed > count && needed <= nameEnd, "\(count) bytes")
    }
    for count in nameEnd...hello.count { #expect(serverName(Array(hello.prefix(count))) == Self.wanted) }
  }

  @Test("asking again with as many bytes as are said to be needed ends in few steps")
  func neededBytes() {
    let hello = ClientHello.records(ClientHello.rfc8448)
    var asked: [Int] = []
    var count = 0
    while case .incomplete(let needed) = serverName(Array(hello.prefix(count))), asked.count < 100 {
      asked.append(needed)
      count = needed
    }
    #expect(asked.count < 40)
    #expect(serverName(Array(hello.prefix(count))) == Self.wanted)
  }

  @Test("a message spread over records of any size", arguments: 1...196)
  func fragmented(longest: Int) {
    #expect(serverName(ClientHello.records(ClientHello.rfc8448, longest: longest)) == Self.wanted)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let expected: TLSClientHello.ServerName
    init(_ testDescription: String, _ bytes: [UInt8], _ expected: TLSClientHello.ServerName) {
      self.testDescription = testDescription
      self.bytes = bytes
      self.expected = expected
    }
  }

  private static let name = ClientHello.entry(Array("a.example".utf8))
  private static func hello(_ extensions: [UInt8]?) -> [UInt8] {
    ClientHello.records(ClientHello.message(extensions: extensions))
  }
  private static func changed(_ bytes: [UInt8], _ index: Int, _ byte: UInt8) -> [UInt8] {
    var bytes = bytes
    bytes[index] = byte
    return bytes
  }
  private static let plain = ClientHello.records(ClientHello.asking(for: "a.example"))
  private static let found = TLSClientHello.ServerName.found(hostName("a.example"))

  @Test(arguments: [
    Row("a name alone", plain, found),
    Row("capitals", ClientHello.records(ClientHello.asking(for: "A.Example")), found),
    Row("a final dot", ClientHello.records(ClientHello.asking(for: "a.example.")), found),
    Row("after an unknown extension", hello([0xAA, 0xAA, 0, 1, 9] + ClientHello.serverName(list: name)), found),
    Row(
      "a name of another type first",
      hello(ClientHello.serverName(list: ClientHello.entry([1, 2], type: 9) + name)), found),
    Row("SSL 3.0 in the record", changed(plain, 2, 0), found),
    Row(
      "255 bytes", ClientHello.records(ClientHello.asking(for: String(repeating: "a", count: 255))),
      .found(hostName(String(repeating: "a", count: 255)))),
    Row("256 bytes", ClientHello.records(ClientHello.asking(for: String(repeating: "a", count: 256))), .absent),
    Row("an empty name", ClientHello.records(ClientHello.asking(for: "")), .absent),
    Row("a dot alone", ClientHello.records(ClientHello.asking(for: ".")), .absent),
    Row("an empty list", hello(ClientHello.serverName(list: [])), .absent),
    Row("no extensions at all", hello(nil), .absent),
    Row("no extensions in the list", hello([]), .absent),
    Row("other extensions only", hello([0, 0x23, 0, 0]), .absent),
    Row("an alert", [21, 3, 3, 0, 2, 2, 40], .absent),
    Row("application data", [23, 3, 3, 0, 2, 1, 2], .absent),
    Row("a ServerHello", changed(plain, 5, 2), .absent),
    Row("an HTTP request", Array("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".utf8), .absent),
    Row("another major version", changed(plain, 1, 2), .absent),
    Row("an empty record", [22, 3, 1, 0, 0] + plain, .absent),
    Row("a record longer than records are", [22, 3, 1, 0x40, 1] + plain.dropFirst(5), .absent),
    Row(
      "another record in the middle of the message",
      ClientHello.records(ClientHello.asking(for: "a.example"), longest: 40).prefix(45) + [23, 3, 3, 0, 1, 0], .absent),
    Row("extensions longer than the message", changed(plain, 5 + 4 + 41, 0xFF), .absent),
    Row("an extension longer than the extensions", changed(plain, 5 + 4 + 45, 0xFF), .absent),
    Row("a list longer than its extension", changed(plain, 5 + 4 + 47, 0xFF), .absent),
    Row("a name longer than its list", changed(plain, 5 + 4 + 50, 0xFF), .absent),
    Row("a session identifier longer than the message", changed(plain, 5 + 4 + 34, 0xFF), .absent),
    Row("a message that ends before its version", ClientHello.records([1, 0, 0, 1, 3]), .absent),
    Row("nothing", [], .incomplete(byteCount: 1)),
  ])
  func oneHello(_ row: Row) {
    #expect(serverName(row.bytes) == row.expected)
  }

  @Test("a payload range that lies outside the bytes reads nothing outside")
  func outside() {
    let hello = ClientHello.records(ClientHello.rfc8448)
    hello.withRawSpan { span in
      #expect(TLSClientHello.serverName(in: span, payload: 0..<UInt32.max) == Self.wanted)
      #expect(
        TLSClientHello.serverName(in: span, payload: 5000..<6000) == .incomplete(byteCount: 1), "not one byte is there")
      #expect(
        TLSClientHello.serverName(in: span, payload: UInt32.max..<UInt32.max) == .incomplete(byteCount: 1))
    }
  }
}
