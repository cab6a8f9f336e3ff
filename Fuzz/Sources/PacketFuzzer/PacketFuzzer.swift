// Frames: decoded, and judged one after the other by rules that use every property and every action.
//
// An input is a link type (one byte, an index in `linkTypes`), then packets: seconds since the one before, bytes that
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

  static let dictionary = [
    "GET / HTTP/1.1\r\n", "Host: ", "\r\n\r\n", "www", "\u{16}\u{3}\u{1}", "\u{45}\u{0}", "\u{6}", "\u{11}", "\u{3A}",
    "\u{2C}", "\u{8}\u{0}", "\u{81}\u{0}", "\u{1}", "\u{0}\u{35}", "\u{0}\u{0}\u{0}\u{1}", "\u{7}example\u{3}org\u{0}",
  ]

  /// Single packets, and runs of three: handshakes, fragments, a request and its answer.
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (name, frames) in try checkout.frames() {
      // Of long captures a part of the whole.
      let step = max(1, frames.count / 40)
      for start in stride(from: 0, to: frames.count, by: step) {
        seeds["\(name)-\(start)"] = input(of: frames[start..<start + 1])
        seeds["\(name)-\(start)-run"] = input(of: frames[start..<min(frames.count, start + 3)])
      }
    }
    return seeds
  }

  private static func input(of frames: ArraySlice<Checkout.Frame>) -> [UInt8] {
    let linkType = frames.first.flatMap { frame in linkTypes.firstIndex { $0 == frame.linkType } } ?? 0
    return [UInt8(linkType)]
      + frames.flatMap { frame in
        [0, 0, UInt8(truncatingIfNeeded: frame.bytes.count >> 8), UInt8(truncatingIfNeeded: frame.bytes.count)]
          + frame.bytes
      }
  }

  static func check(_ input: [UInt8]) {
    var rest = input[...]
    guard let first = rest.popFirst() else { return }
    let linkType = linkTypes[Int(first) % linkTypes.count]
    var engine = Engine(
      rules: rules, interfaces: [EngineInterface(name: "eth0")], local: LocalNetworks(localNetworks), eventCapacity: 64)
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

  /// Every range that is present lies inside the captured bytes.
  private static func checkDecoding(of frame: [UInt8], _ linkType: LinkType, _ wireLength: Int) {
    var fields = PacketFields()
    let kind = fields.decode(frame.span.bytes, linkType: linkType, wireLength: wireLength)
    require(kind != .notIP || !fields.has(.addresses), "addresses without IP")
    require(!fields.has(.addresses) || [4, 6].contains(fields.version), "addresses of version \(fields.version)")
    require(Int(fields.byteCount) <= max(wireLength, frame.count), "more bytes than on the wire")
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
      require(rules.ruleSet.rules.indices.contains(Int(rule)), "decided by a rule that is not there")
    }
    require(engine.totals.packets > 0, "a packet that does not count")
    engine.takeEvents { events in
      require(events.count >= judgement.entriesLogged, "an entry without its event")
    }
  }

  private static let localNetworks = ["192.0.2.0/24", "2001:db8:0:1::/64"].compactMap { try? NetText.range($0) }

  private static let rules: LoadedRules = {
    let document = RuleDocument(reading: EveryWord.document)
    let findings = document.diagnostics.map { $0.rendered(in: document.source) }.joined(separator: "\n")
    return LoadedRules(require(document.ruleSet, "\(findings)\n\(EveryWord.document)"), labels: RuleLabels())
  }()
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  PacketFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  PacketFuzzer.test(start, count)
}
