// Frames: decoded, and judged one after the other by rules that use every property and every action.
//
// An input is a link type (one byte, an index in `linkTypes`; with its highest bit the rules ask for TLS server names, too,
// which makes an engine large and slow to set up), then packets: seconds since the one before, bytes that
// the capture cut off in units of 64, the captured length (two bytes, network order), the frame.

import FuzzSupport
import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules

enum PacketFuzzer: FuzzTarget {
  /// All that are decoded, and two that are not. New ones belong at the end: findings name them by their place.
  static let linkTypes: [LinkType] = [
    .ethernet, .null, .loop, .ppp, .pppSerial, .pppEther, .linuxCooked, .linuxCooked2, .raw, .rawOpenBSD, .rawInFiles,
    .ipv4, .ipv6, LinkType(rawValue: 147), LinkType(rawValue: -1),
  ]

  static func dictionary(of checkout: Checkout) -> [String] {
    [
      "GET / HTTP/1.1\r\n", "Host: ", "\r\n\r\n", "www", "\u{16}\u{3}\u{1}", "\u{45}\u{0}", "\u{6}", "\u{11}", "\u{3A}",
      "\u{2C}", "\u{8}\u{0}", "\u{81}\u{0}", "\u{1}", "\u{0}\u{35}", "\u{0}\u{0}\u{0}\u{1}",
      "\u{7}example\u{3}org\u{0}",
    ]
  }

  /// Single packets, and runs of three: handshakes, fragments, a request and its answer.
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (name, frames) in try checkout.frames() {
      // Of long captures a part of the whole.
      let step = max(1, frames.count / 40)
      for start in stride(from: 0, to: frames.count, by: step) {
        seeds["\(name)-\(start)"] = input(of: frames[start..<start + 1])
        let run = frames[start..<min(frames.count, start + 3)]
        seeds["\(name)-\(start)-run"] = input(of: run)
        if run.contains(where: { $0.bytes.starts(with: [22, 3], after: 54) }) {
          seeds["\(name)-\(start)-tls"] = input(of: run, asksServerNames: true)
        }
      }
    }
    return seeds
  }

  private static func input(of frames: ArraySlice<Checkout.Frame>, asksServerNames: Bool = false) -> [UInt8] {
    let linkType = frames.first.flatMap { frame in linkTypes.firstIndex { $0 == frame.linkType } } ?? 0
    return [UInt8(linkType) | (asksServerNames ? 0x80 : 0)]
      + frames.flatMap { frame in
        [0, 0, UInt8(truncatingIfNeeded: frame.bytes.count >> 8), UInt8(truncatingIfNeeded: frame.bytes.count)]
          + frame.bytes
      }
  }

  static func check(_ input: [UInt8]) {
    var rest = input[...]
    guard let first = rest.popFirst() else { return }
    let linkType = linkTypes[Int(first & 0x7F) % linkTypes.count]
    let rules = first & 0x80 == 0 ? rulesWithoutServerNames : rules
    var engine = Engine(
      rules: rules, interfaces: [EngineInterface(name: "eth0")], local: AddressSpans(localNetworks), eventCapacity: 64)
    var time = Timestamp(seconds: 1_768_467_600)
    while rest.count >= 4 {
      let header = Array(rest.prefix(4))
      let frame = Array(rest.dropFirst(4).prefix(Int(header[2]) << 8 | Int(header[3])))
      rest = rest.dropFirst(4 + frame.count)
      time = time.adding(seconds: Int64(header[0]))
      let wireLength = frame.count + Int(header[1]) * 64
      checkDecoding(of: frame, linkType, wireLength)
      checkJudgement(of: frame, linkType, wireLength, time, by: &engine)
    }
  }

  /// Every range that is present lies inside the captured bytes, and what is said of the packet reads as one.
  private static func checkDecoding(of frame: [UInt8], _ linkType: LinkType, _ wireLength: Int) {
    var fields = PacketFields()
    let kind = fields.decode(frame.span.bytes, linkType: linkType, wireLength: wireLength)
    require(kind != .notIP || !fields.has(.addresses), "addresses without IP")
    require(!fields.has(.addresses) || [4, 6].contains(fields.version), "addresses of version \(fields.version)")
    require(Int(fields.byteCount) <= max(wireLength, frame.count), "more bytes than on the wire")
    // Mapped IPv4 addresses in IPv6 are the one thing that cannot be said.
    let isSayable = [fields.source, fields.destination].allSatisfy { $0.isIPv4 == (fields.version == 4) }
    if isSayable, let text = PacketNotation.text(of: fields, direction: .inbound, interface: "eth0", isExternal: true) {
      require((try? PacketNotation.parse(text)) != nil, "'\(text)' does not read")
    }
    if fields.has(.payload) { require(Int(fields.payload.upperBound) <= frame.count, "payload behind the frame") }
    if fields.has(.ipOptions) { require(Int(fields.ipOptions.upperBound) <= frame.count, "options behind the frame") }
    if fields.has(.tcpOptions) { require(Int(fields.tcpOptions.upperBound) <= frame.count, "options behind the frame") }
  }

  private static func checkJudgement(
    of frame: [UInt8], _ linkType: LinkType, _ wireLength: Int, _ time: Timestamp, by engine: inout Engine
  ) {
    let judgement = engine.judge(
      frame.span.bytes, linkType: linkType, wireLength: wireLength, time: time, interface: 0)
    if case .rule(let rule) = judgement.decider {
      require(engine.rules.ruleSet.rules.indices.contains(Int(rule)), "decided by a rule that is not there")
    }
    require(engine.totals.packets > 0, "a packet that does not count")
    engine.takeEvents { events in
      require(events.count >= judgement.entriesLogged, "an entry without its event")
    }
  }

  private static let localNetworks = ["192.0.2.0/24", "2001:db8:0:1::/64"].compactMap { try? NetText.range($0) }

  private static let rules = loaded(allProperties)
  private static let rulesWithoutServerNames = loaded(allProperties.filter { $0.name != "TLS server name" })

  private static func loaded(_ properties: [any Property.Type]) -> LoadedRules {
    let document = RuleDocument(reading: EveryWord.document(of: properties))
    let findings = document.diagnostics.map { $0.rendered(in: document.source) }.joined(separator: "\n")
    return LoadedRules(require(document.ruleSet, findings), labels: RuleLabels())
  }
}

extension [UInt8] {
  fileprivate func starts(with bytes: [UInt8], after offset: Int) -> Bool {
    dropFirst(offset).starts(with: bytes)
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  PacketFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  PacketFuzzer.test(start, count)
}
