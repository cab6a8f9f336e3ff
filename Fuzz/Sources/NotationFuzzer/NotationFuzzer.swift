// Packets described in a line of text.

import Foundation
import FuzzSupport
import SentryPacket
import SentryRules

enum NotationFuzzer: FuzzTarget {
  /// The lines of docs/Notation.md.
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]] {
    let lines = try lines(of: checkout)
    return Dictionary(uniqueKeysWithValues: lines.enumerated().map { ("\($0.offset)", Array($0.element.utf8)) })
  }

  /// Their words, and those of its tables.
  static func dictionary(of checkout: Checkout) throws -> [String] {
    let words = try lines(of: checkout).flatMap { $0.split(separator: " ").map(String.init) }
    let page = try checkout.text("docs/Notation.md")
    return words + page.matches(of: /`([a-z0-9-]+)/).map { String($0.1) } + ["\"", "'", "(", ")", ">", "me", "[", "]:"]
  }

  private static func lines(of checkout: Checkout) throws -> [String] {
    let parts = try checkout.text("docs/Notation.md").components(separatedBy: "```packet\n").dropFirst()
    return parts.flatMap { part in
      (part.components(separatedBy: "```").first ?? "").split(separator: "\n").map(String.init)
    }
  }

  static func check(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    do throws(NotationError) {
      checkFrame(of: try PacketNotation.parse(text, timeZone: .gmt))
    } catch {
      require(!error.message.isEmpty, "a refusal without words")
      require(0 <= error.range.lowerBound && error.range.upperBound <= text.utf8.count, "a place behind the line")
    }
  }

  /// What is described becomes an IP packet; what can be said of that reads again, and says the same.
  private static func checkFrame(of packet: DescribedPacket) {
    let fields = decoded(packet)
    guard let said = PacketNotation.text(of: fields) else { return }
    do throws(NotationError) {
      let again = decoded(try PacketNotation.parse(said, timeZone: .gmt))
      require(PacketNotation.text(of: again) == said, "'\(said)' is not said of itself")
    } catch {
      fatalError("'\(said)' does not read: \(error.message)")
    }
  }

  private static func decoded(_ packet: DescribedPacket) -> PacketFields {
    var fields = PacketFields()
    let frame = packet.frame()
    let kind = fields.decode(frame.span.bytes, linkType: packet.linkType, wireLength: frame.count)
    require(kind != .notIP && kind != .unknownVersion, "'\(packet.text)' makes no IP packet")
    return fields
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  NotationFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  NotationFuzzer.test(start, count)
}
