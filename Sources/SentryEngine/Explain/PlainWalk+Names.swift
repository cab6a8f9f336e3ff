internal import SentryPacket
internal import SentryRules

extension PlainWalk {
  /// `TLS server name` and `DNS name`.
  func nameAnswer(_ pattern: NamePattern, _ found: HostName?, absence: String) -> TestAnswer {
    guard let found else { return TestAnswer(holds: false, seen: .absent(absence)) }
    let name = (0..<found.count).map { found[$0] }
    let below = [UInt8(ascii: ".")] + pattern.name
    let holds =
      pattern.matchesBelow ? name.count > below.count && name.suffix(below.count) == below[...] : name == pattern.name
    return TestAnswer(holds: holds, seen: .value(found.description))
  }

  /// `Application`.
  func applicationAnswer(_ wanted: ApplicationName) -> TestAnswer {
    guard let executable = facts.process?.executable else {
      return TestAnswer(holds: false, seen: .absent("no process of this host is known"))
    }
    let path = Array(executable.utf8)
    let file = path.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
    let holds =
      switch wanted.form {
      case .path: path == wanted.name
      case .pathInEitherCase: path.map(\.foldedASCII) == wanted.name
      case .fileName: file == wanted.name
      case .fileNameInEitherCase: file.map(\.foldedASCII) == wanted.name
      }
    return TestAnswer(holds: holds, seen: .value(executable))
  }

  /// `URL keyword`: in the request line behind the method, or in a `Host` field. A find is where relative searches start from then
  /// on.
  mutating func keywordAnswer(_ keyword: [UInt8], _ packet: PacketFields) -> TestAnswer {
    guard packet.has(.tcpFlags) else {
      return TestAnswer(holds: false, seen: .absent(absence(of: "TCP", IPProtocol.tcp, in: packet)))
    }
    guard packet.has(.payload) else { return TestAnswer(holds: false, seen: .absent("no payload was captured")) }
    let request = RequestText(Array(facts.bytes(in: packet.payload)))
    guard let target = request.target else { return TestAnswer(holds: false, seen: .absent("no HTTP request")) }
    for part in [target] + request.hosts {
      guard let place = part.firstPlace(of: keyword, ignoringCase: true) else { continue }
      previousFind = place
      return TestAnswer(
        holds: true, seen: .value("at byte \(place): \(request.bytes.excerpt(around: place, keyword.count))"))
    }
    return TestAnswer(
      holds: false, seen: .value(([target] + request.hosts).map { $0.excerpt() }.joined(separator: ", ")))
  }
}

/// The start of an HTTP/1 request (RFC 9112), taken apart at its line ends.
private struct RequestText {
  let bytes: [UInt8]
  /// What follows the method; `nil` if this is no request.
  private(set) var target: ArraySlice<UInt8>?
  /// The values of `Host` fields.
  private(set) var hosts: [ArraySlice<UInt8>] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var lines = bytes.drop { $0 == 13 || $0 == 10 }.split(separator: 10, omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst() else { return }
    let isWhole = !lines.isEmpty
    target = Self.target(isWhole ? Self.withoutReturn(first) : first, isWhole: isWhole)
    guard target != nil else { return }
    while let line = lines.popFirst() {
      let field = lines.isEmpty ? line : Self.withoutReturn(line)
      if field.isEmpty { return }
      guard String(decoding: field.prefix(5), as: UTF8.self).lowercased() == "host:" else { continue }
      hosts.append(field.dropFirst(5))
    }
  }

  private static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == 13 ? line.dropLast() : line
  }

  /// `method target HTTP/1.x`; a line that goes on in the next segment may end anywhere behind the method.
  private static func target(_ line: ArraySlice<UInt8>, isWhole: Bool) -> ArraySlice<UInt8>? {
    let method = line.prefix { isToken($0) }
    let rest = line.dropFirst(method.count)
    guard !method.isEmpty, let blank = rest.first, isBlank(blank) else { return nil }
    guard isWhole else { return rest }
    let words = rest.split(whereSeparator: isBlank)
    guard let version = words.last, version.count == 8, version.starts(with: Array("HTTP/1.".utf8)) else { return nil }
    return rest
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

  /// Letters, digits and some marks (RFC 9110 §5.6.2).
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
