import SentryTestSupport
import Testing

@testable import SentryNetfilter

struct RulesetChangeTests {
  // Messages as a little-endian kernel sends them (linux/netlink.h, linux/netfilter/nf_tables.h), a line per part.

  private static func message(_ type: String, family: String, _ attributes: String) -> String {
    let body = "\(family) 00 00 01 \(attributes)"
    let length = 16 + body.split(separator: " ").count
    let header = "\(hexadecimal(length)) 00 00 00 \(type) 0a 00 00 01 00 00 00 4d 01 00 00"
    return "\(header) \(body)"
  }

  private static func hexadecimal(_ length: Int) -> String { (length < 16 ? "0" : "") + String(length, radix: 16) }

  /// Attribute 1, "sentry": length 11, type, text, zero, padding.
  private static let sentry = "0b 00 01 00 73 65 6e 74 72 79 00 00"
  private static let mangle = "0b 00 01 00 6d 61 6e 67 6c 65 00 00"
  private static let filter = "0b 00 01 00 66 69 6c 74 65 72 00 00"
  /// NFT_MSG_NEWGEN of process 666, "nft": generation, process and name, numbers in network order.
  private static let generation = message(
    "0f", family: "00", "08 00 01 00 00 00 00 07 08 00 02 00 00 00 02 9a 08 00 03 00 6e 66 74 00")
  private static let nft = RulesetAuthor(program: "nft", process: 666)

  private static func read(_ messages: [String]) -> RulesetChange {
    var change = RulesetChange()
    for message in messages {
      let bytes = message.split(separator: " ").compactMap { UInt8($0, radix: 16) }
      RulesetMessages.read(bytes.span.bytes, into: &change)
    }
    return change
  }

  @Test(arguments: [
    ("our table is deleted", message("02", family: "01", sentry), true),
    ("a rule of ours is made", message("06", family: "01", sentry), true),
    ("an entry of a set of ours is made", message("0c", family: "01", sentry), false),
    ("an entry of a set of ours expires", message("0e", family: "01", sentry), false),
    ("a table of our name in another family", message("02", family: "02", sentry), false),
    ("a rule in mangle of IPv4 is deleted", message("08", family: "02", mangle), true),
    ("a chain in mangle of IPv6 is deleted", message("05", family: "0a", mangle), true),
    ("somebody else's table", message("02", family: "01", filter), false),
    ("the end of a transaction", generation, false),
    ("another subsystem", message("02", family: "01", sentry).replacing(" 0a 00 00 01", with: " 01 00 00 01"), false),
    ("several in one datagram", message("02", family: "02", filter) + " " + message("08", family: "01", sentry), true),
  ])
  func whatConcernsUs(_ what: String, _ messages: String, _ concernsUs: Bool) {
    #expect(Self.read([messages]).concernsUs == concernsUs)
  }

  @Test func theAuthorComesWithTheEndOfTheTransaction() {
    #expect(Self.read([Self.message("02", family: "01", Self.sentry), Self.generation]).author == Self.nft)
    #expect(Self.read([Self.message("02", family: "01", Self.sentry)]).author == nil)
    // A transaction of somebody else's tables.
    #expect(Self.read([Self.message("02", family: "01", Self.filter), Self.generation]).author == nil)
  }

  @Test func theAuthorMayComeAfterTheChangeIsDealtWith() {
    var change = Self.read([Self.message("02", family: "01", Self.sentry)])
    change.forget()
    #expect(!change.concernsUs)
    change.end(by: Self.nft)
    #expect(change.author == Self.nft)
  }

  @Test func everyCutOfAMessageIsHarmless() {
    let bytes = Self.message("02", family: "01", Self.sentry).split(separator: " ").compactMap { UInt8($0, radix: 16) }
    for length in 0..<bytes.count {
      var change = RulesetChange()
      RulesetMessages.read(bytes.span.bytes.extracting(0..<length), into: &change)
      #expect(!change.concernsUs)
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func hostileBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let start = Self.message("02", family: "01", Self.sentry).split(separator: " ").compactMap { UInt8($0, radix: 16) }
    var bytes = start + start
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: .min ... .max, using: &random)
    }
    var change = RulesetChange()
    RulesetMessages.read(bytes.span.bytes, into: &change)
  }
}
