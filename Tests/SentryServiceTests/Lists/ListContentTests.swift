import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

private func content(
  _ text: String, _ format: ListSubscription.Format = .plain, _ table: AddressTableKind = .trigger
) -> ListContent {
  ListContent(reading: Array(text.utf8), as: format, for: table)
}

extension ListContent {
  fileprivate var texts: [String] { ranges.map(\.description) }
}

@Suite struct ListContentTests {
  @Test func plainListsHaveAnAddressALine() {
    let list = content(
      """
      \u{FEFF}# A list; of sorts
      192.0.2.7
        198.51.100.0/24 \t; SBL1
      ; 203.0.113.1

      2001:db8::/32 # documentation\r
      192.0.2.10-192.0.2.20\r192.0.2.7
      """)
    #expect(list.texts == ["192.0.2.7", "192.0.2.10-192.0.2.20", "198.51.100.0/24", "2001:db8::/32"])
    #expect(list.lines == 5 && list.unreadableLines == 0 && list.leftOut == 0)
  }

  /// The two forms as Spamhaus documents them.
  @Test func dropListsComeAsTextAndAsJSON() {
    let text = content(
      """
      ; Spamhaus DROP List 2026/11/22 - (c) 2026 The Spamhaus Project
      ; Expires: Mon, 23 Nov 2026 08:00:00 GMT
      192.0.2.0/24 ; SBL100001
      198.51.100.0/25 ; SBL100002
      """, .drop)
    let json = content(
      """
      {"cidr":"192.0.2.0/24","sblid":"SBL100001","rir":"apnic"}
      {"cidr":"198.51.100.0/25","sblid":"SBL100002","rir":"ripencc"}
      {"type":"metadata","timestamp":1795305600,"size":2,"records":2,"copyright":"(c)","terms":"https://example.org"}
      """, .drop)
    #expect(text.texts == ["192.0.2.0/24", "198.51.100.0/25"])
    #expect(json.texts == text.texts)
    #expect(json.unreadableLines == 0)
  }

  @Test func anExportCountsForItsOwnTableOnly() {
    let list = content(
      "192.0.2.7\ttrigger\t2.1 telnet\t3\n198.51.100.0/24\tauthorize\toffice\t0\n203.0.113.9\n", .tsv)
    #expect(list.texts == ["192.0.2.7", "203.0.113.9"])
    #expect(list.linesForOtherTables == 1)
  }

  @Test func unreadableLinesAreToldAndLeftOut() {
    let list = content("192.0.2.7\nnonsense\u{1B}[2J\n192.0.2.300\n192.0.2.8\n192.0.2.9\n")
    #expect(list.texts == ["192.0.2.7", "192.0.2.8", "192.0.2.9"])
    #expect(list.unreadableLines == 2 && !list.isMostlyUnreadable)
    #expect(list.firstUnreadable == "line 2 says 'nonsense?[2J'")
    #expect(content("<html>\n<body>\n192.0.2.1\n</html>\n").isMostlyUnreadable)
    #expect(content("{\"cidr\": 7}\n", .drop).isMostlyUnreadable)
    #expect(content("{\"sblid\": \"x\"}\n", .drop).isMostlyUnreadable)
    #expect(content("a\tb\n", .tsv).isMostlyUnreadable)
  }

  /// The daemon may read more than who applies a document.
  @Test(arguments: [
    ("root:*:20228:0:99999:7:::\n", ListSubscription.Format.plain), ("{\"cidr\": \"secret\"}\n", .drop),
    ("192.0.2.1\tsecret\tsecret\tsecret\n", .tsv), ("secret\tsecret\n", .tsv),
  ])
  func ofAFileNothingIsShown(_ text: String, _ format: ListSubscription.Format) {
    let list = ListContent(reading: Array(("\n" + text).utf8), as: format, for: .trigger, isPublic: false)
    #expect(list.firstUnreadable == "line 2 names no address")
  }

  @Test(arguments: [
    ("10.0.0.0/8", true), ("10.0.0.0/7", false), ("0.0.0.0/0", false), ("2001::/16", true), ("2000::/15", false),
    ("::/0", false), ("10.0.0.0-10.255.255.255", true), ("10.0.0.0-11.0.0.0", false),
  ])
  func netsWiderThanAListMayNameAreLeftOut(_ text: String, _ isTaken: Bool) {
    let list = content(text + "\n")
    #expect(list.texts.count == (isTaken ? 1 : 0))
    #expect(list.tooWide == (isTaken ? 0 : 1))
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func hostileBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let parts: [[UInt8]] = [
      Array("192.0.2.".utf8), Array("{\"cidr\":\"".utf8), Array("2001:db8::".utf8), [0x0A], [0x0D], [0x0D, 0x0A],
      [0x09],
      Array("/33".utf8), Array("-".utf8), [0xEF, 0xBB, 0xBF], [0x00], [0xFF], Array("#;".utf8), Array("trigger".utf8),
    ]
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...60, using: &random) {
      bytes += parts.randomElement(using: &random) ?? []
      if Bool.random(using: &random) { bytes.append(UInt8.random(in: .min ... .max, using: &random)) }
    }
    for format in ListSubscription.Format.allCases {
      let list = ListContent(reading: bytes, as: format, for: .trigger)
      #expect(list.ranges.count <= bytes.count)
    }
  }

  @Test func differencesAreThoseOfSets() {
    let (a, b) = (
      content("192.0.2.1\n192.0.2.2\n192.0.2.0/24\n2001:db8::1\n").ranges,
      content("192.0.2.2\n192.0.2.3\n2001:db8::1\n").ranges
    )
    #expect(Set(a.missing(in: b)) == Set(a).subtracting(b))
    #expect(Set(b.missing(in: a)) == Set(b).subtracting(a))
    #expect(Set(a.shared(with: b)) == Set(a).intersection(b))
    #expect(a.missing(in: []) == a)
  }
}

@Suite struct ListScheduleTests {
  @Test func whatGoesWellIsAskedAgainAfterItsTime() {
    var random = SplitMix64(state: 1)
    var schedule = ListSchedule(refreshSeconds: 3_600, firstPause: 60)
    for _ in 0..<100 { #expect((3_600...3_960).contains(schedule.afterSuccess(using: &random))) }
  }

  @Test func pausesAfterFailuresDoubleUpToTheRefresh() {
    var random = SplitMix64(state: 2)
    var schedule = ListSchedule(refreshSeconds: 3_600, firstPause: 60)
    for pause in [60.0, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
      let next = schedule.afterFailure(wanted: nil, using: &random)
      #expect((pause * 0.75...pause * 1.25).contains(next), "\(pause): \(next)")
    }
    #expect(schedule.afterFailure(wanted: 86_400, using: &random) == 86_400)
    _ = schedule.afterSuccess(using: &random)
    #expect(schedule.afterFailure(wanted: nil, using: &random) <= 75)
    for _ in 0..<1_000 { #expect(schedule.afterFailure(wanted: nil, using: &random) <= 4_500) }
  }
}
