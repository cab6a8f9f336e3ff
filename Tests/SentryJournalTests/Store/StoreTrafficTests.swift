import Foundation
import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryJournal
@testable import SentryState

private let day: Int64 = 86_400

/// A connection that has moved something, as the packet thread tells it.
private func progress(
  _ seconds: Int64, from remote: String = "203.0.113.9", port: UInt16 = 443, in bytesIn: UInt64 = 0,
  out bytesOut: UInt64 = 0, departure: FlowDeparture? = nil, tcp: TCPState = []
) -> FlowProgress {
  let (inbound, outbound) = (
    FlowTraffic(packets: bytesIn > 0 ? 1 : 0, bytes: bytesIn),
    FlowTraffic(packets: bytesOut > 0 ? 1 : 0, bytes: bytesOut)
  )
  let flow = ConnectionEntry(
    protocolNumber: 6, local: FlowEndpoint(address: address("192.0.2.10"), port: port),
    remote: FlowEndpoint(address: address(remote), port: 40_000), firstDirection: .inbound, interface: 0,
    firstTime: Timestamp(seconds: seconds - 5), lastTime: Timestamp(seconds: seconds), forward: inbound,
    reverse: outbound, tcp: tcp, limitSeconds: 120)
  return FlowProgress(flow: flow, forward: inbound, reverse: outbound, departure: departure)
}

private func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(v4: 0) }

/// Writes into a database and looks at it as others do.
private final class Recorder {
  let folder: StoreFolder
  let store: Store
  let daemon = Daemon()
  var tally = TrafficTally()

  init() throws {
    folder = try StoreFolder()
    store = try Store(directory: folder.path, timeZone: .gmt)
  }

  func write(_ batch: StoreBatch = StoreBatch(), at seconds: Int64, retention: Retention = Retention()) async throws {
    var batch = batch
    tally.endLook()
    batch.traffic = tally.rows
    try await store.write(
      batch, words: daemon.words, retention: retention, now: Timestamp(seconds: seconds))
    tally.remove(batch.traffic)
  }

  var reader: StoreReader { get throws { try StoreReader(path: folder.database) } }

  func top(
    _ dimension: TrafficDimension, _ scale: TrafficScale = .minute, since: Int64 = 0, until: Int64 = 1 << 40,
    limit: Int? = nil
  ) throws -> TrafficTop {
    try reader.top(
      by: dimension, scale,
      TrafficPeriod(since: Timestamp(seconds: since), until: Timestamp(seconds: min(until, 8_000_000_000))),
      limit: limit)
  }
}

private let always = TrafficPeriod(since: Timestamp(seconds: 0), until: Timestamp(seconds: 8_000_000_000))

@Suite struct StoreTrafficTests {
  /// 2023-11-14 00:00 UTC.
  private let midnight: Int64 = 1_699_920_000

  @Test func eachDimensionCountsForItself() async throws {
    let recorder = try Recorder()
    recorder.tally.add(progress(midnight, in: 100, out: 900), interface: "eth0", application: "/usr/sbin/nginx")
    recorder.tally.add(
      progress(midnight + 1, from: "2001:db8::9", port: 22, in: 50), interface: "wg0", application: nil)
    try await recorder.write(at: midnight + 2)
    let services = try recorder.top(.service).rows
    #expect(
      services.map(\.key) == [
        .service(TrafficService(protocolNumber: 6, port: 443)), .service(TrafficService(protocolNumber: 6, port: 22)),
      ])
    #expect(
      services.map(\.counts) == [
        TrafficCounts(packetsIn: 1, packetsOut: 1, bytesIn: 100, bytesOut: 900),
        TrafficCounts(packetsIn: 1, packetsOut: 0, bytesIn: 50, bytesOut: 0),
      ])
    #expect(try recorder.top(.host).rows.map(\.key) == [.host(address("203.0.113.9")), .host(address("2001:db8::9"))])
    #expect(try recorder.top(.interface).rows.map(\.key) == [.interface("eth0"), .interface("wg0")])
    #expect(
      try recorder.top(.application).rows.map(\.key) == [.application("/usr/sbin/nginx"), .unknownApplication])
    #expect(try recorder.top(.host, limit: 1).rows.map(\.key) == [.host(address("203.0.113.9")), .others(.host)])
    #expect(try recorder.top(.host, limit: 1).total.bytes == 1_050)
  }

  /// Sums as they are counted here on the side; more hosts than keep their names, in a minute and in all.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func everyScaleAddsUpToTheSame(seed: UInt64) async throws {
    var random = SplitMix64(state: seed)
    let recorder = try Recorder()
    var (expected, byHour) = (TrafficCounts(), [Int64: UInt64]())
    for step in 0..<90 as Range<Int64> {
      let now = midnight + step * 700
      for _ in 0..<Int.random(in: 1...400, using: &random) {
        let host = "198.51.\(Int.random(in: 0...7, using: &random)).\(Int.random(in: 0...255, using: &random))"
        let (bytesIn, bytesOut) = (
          UInt64.random(in: 1...5_000, using: &random), UInt64.random(in: 1...5_000, using: &random)
        )
        let flow = progress(
          now - Int64.random(in: 0...600, using: &random), from: host, port: .random(in: 1...2_000, using: &random),
          in: bytesIn, out: bytesOut)
        recorder.tally.add(flow, interface: "eth0", application: nil)
        expected += flow.counts
        let hour = flow.flow.lastTime.seconds / 3_600 * 3_600
        byHour[hour, default: 0] += bytesIn + bytesOut
      }
      try await recorder.write(at: now)
    }
    for scale in TrafficScale.allCases {
      for dimension in TrafficDimension.allCases {
        #expect(try recorder.top(dimension, scale).total == expected, "\(scale), \(dimension)")
      }
    }
    let hours = try recorder.reader.history(of: nil, .hour, always)
    #expect(Dictionary(uniqueKeysWithValues: hours.map { ($0.start.seconds, $0.counts.bytes) }) == byHour)
    // Names do not grow without end: those of a span that is over, and "others".
    let crowded = try recorder.folder.sqlite(
      """
      SELECT span, dimension, time, count(*) FROM traffic WHERE time < \((midnight + 88 * 700) * 1_000_000_000) - span * 1000000000
      GROUP BY span, dimension, time HAVING count(*) > CASE span WHEN 60 THEN 33 WHEN 3600 THEN 65 ELSE 129 END
      """)
    #expect(crowded == [])
  }

  @Test func theBusiestKeepTheirNames() async throws {
    let recorder = try Recorder()
    for number in 0..<250 {
      recorder.tally.add(
        progress(midnight, from: "198.51.100.\(number)", in: UInt64(1_000 + number)), interface: "eth0",
        application: nil)
    }
    try await recorder.write(at: midnight + 1)
    #expect(try recorder.top(.host).rows.count == 250, "the minute is not over")
    try await recorder.write(at: midnight + 61)
    let names = (218...249).reversed().map { TrafficKey.host(address("198.51.100.\($0)")) }
    #expect(try recorder.top(.host).rows.map(\.key) == names + [.others(.host)])
    #expect(try recorder.top(.host, .hour).rows.count == 250)
    try await recorder.write(at: midnight + 3_660)
    #expect(try recorder.top(.host, .hour).rows.count == 65)
    #expect(try recorder.top(.host, .hour).total.bytes == 250 * 1_000 + 250 * 249 / 2)
  }

  @Test func everyScaleForgetsInItsOwnTime() async throws {
    let recorder = try Recorder()
    recorder.tally.add(progress(midnight, in: 60), interface: "eth0", application: nil)
    try await recorder.write(at: midnight)
    for (later, kept) in [
      (26 * 3_600, [true, true, true]), (26 * 3_600 + 60, [false, true, true]), (33 * day, [false, false, true]),
      (397 * day, [false, false, false]),
    ] {
      try await recorder.write(at: midnight + later)
      let found = try TrafficScale.allCases.map { try !recorder.top(.host, $0).rows.isEmpty }
      #expect(found == kept, "after \(later) s")
    }
  }

  /// Kiritimati is 14 hours ahead.
  @Test func daysBeginWhereTheClockSaysSo() async throws {
    let folder = try StoreFolder()
    let zone = try #require(TimeZone(identifier: "Pacific/Kiritimati"))
    let store = try Store(directory: folder.path, timeZone: zone)
    var batch = StoreBatch()
    for hour in [9, 10] as [Int64] {
      batch.traffic.append(
        TrafficRow(
          minute: midnight + hour * 3_600, key: .interface("eth0"), counts: TrafficCounts(packetsIn: 1, bytesIn: 40)))
    }
    try await store.write(batch, Daemon())
    let days = try StoreReader(path: folder.database).history(of: nil, .day, always)
    #expect(days.map(\.start.seconds) == [midnight - 14 * 3_600, midnight + 10 * 3_600])
  }

  @Test func aSpanCountsWhereAnyOfItLies() async throws {
    let recorder = try Recorder()
    recorder.tally.add(progress(midnight + 30, in: 40), interface: "eth0", application: nil)
    try await recorder.write(at: midnight + 60)
    #expect(try recorder.top(.host, since: midnight + 59, until: midnight + 90).total.bytes == 40)
    #expect(try recorder.top(.host, since: midnight + 60, until: midnight + 90).total.bytes == 0)
    #expect(try recorder.top(.host, since: midnight - 60, until: midnight).total.bytes == 0)
    #expect(try recorder.top(.host, since: midnight - 60, until: midnight + 1).total.bytes == 40)
  }

  @Test func historyOfOneOfThem() async throws {
    let recorder = try Recorder()
    for minute in [0, 1, 3] as [Int64] {
      recorder.tally.add(
        progress(midnight + minute * 60, from: "198.51.100.\(minute)", in: 100), interface: "eth0", application: nil)
    }
    try await recorder.write(at: midnight + 300)
    let all = try recorder.reader.history(of: nil, .minute, always)
    #expect(all.map(\.start.seconds) == [midnight, midnight + 60, midnight + 180])
    let one = try recorder.reader.history(of: .host(address("198.51.100.1")), .minute, always)
    #expect(one.map(\.start.seconds) == [midnight + 60])
    #expect(one.map(\.counts.bytesIn) == [100])
  }

  // MARK: Connections

  @Test(
    arguments: [
      (TCPState.forwardFINAcknowledged.union([.reverseFINAcknowledged, .forwardFIN, .reverseFIN]), 10, "closed"),
      (.reset, 10, "reset"), (.closedByFirewall, 10, "dropped"), (.forwardFIN, 10, "half closed"),
      (.onlySYN, 0, "unanswered"), ([], 10, "silent"),
    ] as [(TCPState, UInt64, String)])
  func connectionsComeBackAsTheyEnded(tcp: TCPState, answered: UInt64, state: String) async throws {
    let recorder = try Recorder()
    let ended = EndedConnection(
      progress(midnight, port: 22, in: 400, out: answered, departure: .ended, tcp: tcp), interface: "eth0",
      application: "/usr/sbin/sshd")
    #expect(ended.state.name == state)
    var batch = StoreBatch()
    batch.connections = [ended]
    try await recorder.write(batch, at: midnight)
    #expect(try recorder.reader.connections(ConnectionFilter(), limit: nil) == [ended])
    #expect(ended.start == Timestamp(seconds: midnight - 5))
    #expect(ended.counts.bytesIn == 400)
  }

  @Test func connectionsAreFoundByAddressPortAndTime() async throws {
    let recorder = try Recorder()
    var batch = StoreBatch()
    batch.connections = [("203.0.113.9", 22), ("203.0.113.10", 443), ("2001:db8::9", 443)].enumerated().map {
      number, end in
      EndedConnection(
        progress(midnight + Int64(number), from: end.0, port: end.1, in: 1, departure: .evicted), interface: nil,
        application: nil)
    }
    try await recorder.write(batch, at: midnight)
    let reader = try recorder.reader
    func found(_ filter: ConnectionFilter, limit: Int? = nil) throws -> [String] {
      try reader.connections(filter, limit: limit).map { "\($0.remote.address)" }
    }
    #expect(
      try found(ConnectionFilter(addresses: AddressRange("203.0.113.0/24"))) == ["203.0.113.9", "203.0.113.10"])
    #expect(try found(ConnectionFilter(addresses: AddressRange("2001:db8::/32"))) == ["2001:db8::9"])
    #expect(try found(ConnectionFilter(port: 443)) == ["203.0.113.10", "2001:db8::9"])
    #expect(try found(ConnectionFilter(), limit: 1) == ["2001:db8::9"])
    let period = TrafficPeriod(since: Timestamp(seconds: midnight), until: Timestamp(seconds: midnight + 1))
    #expect(try found(ConnectionFilter(period: period)) == ["203.0.113.9"])
  }

  /// Ended connections, one a second, with ever other remote ends.
  private func ended(
    _ numbers: Range<Int64>, from prefix: String = "198.51", application: String? = nil
  ) -> [EndedConnection] {
    numbers.map { number in
      EndedConnection(
        progress(
          midnight + number, from: "\(prefix).\((number * 77) & 255).\((number / 256) & 255)", in: 1,
          departure: .ended),
        interface: nil, application: application)
    }
  }

  private func connections(_ numbers: Range<Int64>) -> StoreBatch {
    var batch = StoreBatch()
    batch.connections = ended(numbers)
    return batch
  }

  @Test func oldConnectionsGo() async throws {
    let recorder = try Recorder()
    // Room for a thousand of 200 bytes.
    let small = Retention(seconds: 86_400, bytes: 4 * 200_000)
    try await recorder.write(connections(0..<1_500), at: midnight, retention: small)
    let kept = try recorder.reader.connections(ConnectionFilter(), limit: nil)
    #expect(kept.count == 1_000)
    #expect(kept.last?.end == Timestamp(seconds: midnight + 1_499))
    // Older than they are to be kept.
    try await recorder.write(at: midnight + day + 1_000, retention: small)
    #expect(try recorder.reader.connections(ConnectionFilter(), limit: nil).count == 500)
  }

  /// Ten times as many connections as there is room for, as fast as one can write.
  @Test func aFloodOfConnectionsTakesNoRoomOfEvents() async throws {
    let recorder = try Recorder()
    let retention = Retention(bytes: 8 << 20)
    var batch = StoreBatch()
    batch.events = (0..<2_000 as Range<Int64>).map { recorder.daemon.event(second: $0) }
    try await recorder.write(batch, at: midnight, retention: retention)
    var written: Int64 = 0
    for burst in [16_384, 16_384, 100, 16_384, 16_384, 16_384, 16_384, 1] as [Int64] {
      let used = try await recorder.store.write(
        connections(written..<written + burst), words: recorder.daemon.words, retention: retention,
        now: Timestamp(seconds: midnight))
      written += burst
      #expect(used < retention.bytes)
      let spans = try recorder.folder.sqlite("SELECT max(id) - min(id) <= \(2 << 20) FROM connection")
      #expect(spans == [["1"]], "a quarter of the room")
    }
    #expect(try recorder.reader.entries().count == 2_000)
    let kept = try recorder.reader.connections(ConnectionFilter(), limit: nil)
    #expect(kept.count == (2 << 20) / 200 + 1)
    #expect(kept == ended(written - Int64(kept.count)..<written))
  }

  /// Events take what there is room for, and then the oldest of them go; connections keep theirs.
  @Test func aFloodOfEventsTakesNoRoomOfConnections() async throws {
    let recorder = try Recorder()
    let retention = Retention(bytes: 2 << 20)
    try await recorder.write(connections(0..<2_000), at: midnight, retention: retention)
    for round in 0..<4 as Range<Int64> {
      var batch = StoreBatch()
      batch.events = (0..<8_000 as Range<Int64>).map { recorder.daemon.event(second: round * 8_000 + $0) }
      try await recorder.write(batch, at: midnight, retention: retention)
    }
    #expect(try recorder.reader.entries().count < 20_000)
    #expect(try recorder.reader.connections(ConnectionFilter(), limit: nil).count == 2_000)
  }

  /// The numbers of rows tell how much they take: never less than they do, or other things would have to make way.
  @Test(
    arguments: [
      ("198.51", nil), ("198.51", "/usr/sbin/nginx"), ("198.51", String(repeating: "/long", count: 300)),
      ("2001:db8:", nil),
    ] as [(String, String?)])
  func aConnectionTakesNoMoreThanIsSaid(prefix: String, application: String?) async throws {
    let recorder = try Recorder()
    func pages() throws -> Int64 {
      let counts = try recorder.folder.sqlite(
        "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count")
      return try #require(counts.first?.first.flatMap { Int64($0) })
    }
    let before = try pages()
    for part in 0..<4 as Range<Int64> {
      var batch = StoreBatch()
      batch.connections = ended(part * 1_000..<(part + 1) * 1_000, application: application)
      if prefix != "198.51" {
        for index in batch.connections.indices {
          let number = part * 1_000 + Int64(index)
          batch.connections[index].remote.address = address("2001:db8::\(String(number * 7_919 & 0xFFFF, radix: 16))")
          batch.connections[index].local.address = address("2001:db8::1")
        }
      }
      try await recorder.write(batch, at: midnight)
    }
    let said = try recorder.folder.sqlite("SELECT max(id) FROM connection").first?.first.flatMap { Int64($0) }
    #expect(try (pages() - before) * 4_096 <= #require(said))
  }

  // MARK: Older databases

  @Test func aDatabaseOfTheVersionBeforeGoesOn() async throws {
    let folder = try StoreFolder()
    try folder.make(Released.version1)
    let before = try StoreReader(path: folder.database)
    #expect(try before.top(by: .host, .hour, always, limit: nil).rows.isEmpty)
    #expect(try before.connections(ConnectionFilter(), limit: nil).isEmpty)

    let store = try Store(directory: folder.path, timeZone: .gmt)
    var batch = StoreBatch()
    batch.traffic = [
      TrafficRow(minute: midnight, key: .interface("eth0"), counts: TrafficCounts(packetsIn: 1, bytesIn: 40))
    ]
    batch.connections = [
      EndedConnection(progress(midnight, in: 40, departure: .ended), interface: "eth0", application: nil)
    ]
    let daemon = Daemon()
    batch.bandwidth = [BandwidthRow(minute: midnight, rule: daemon.telnet, packets: 3, bytes: 180)]
    try await store.write(batch, daemon)
    let reader = try StoreReader(path: folder.database)
    #expect(try reader.history(of: nil, .day, always).map(\.counts.bytesIn) == [40])
    #expect(try reader.connections(ConnectionFilter(), limit: nil) == batch.connections)
    #expect(try reader.bandwidth(.hour, always).map(\.name) == ["telnet"])
    #expect(try folder.sqlite("SELECT count(*) FROM event") == [["4"]], "what was there is there")
    #expect(
      try folder.sqlite("SELECT identifier FROM grdb_migrations ORDER BY rowid")
        == [["\"1\""], ["\"2\""], ["\"3\""], ["\"4\""]])
    #expect(try reader.verdicts(.day, always).isEmpty)
  }
}

@Suite struct TrafficTallyTests {
  @Test func whatIsWrittenInPartsIsWrittenOnce() {
    var tally = TrafficTally()
    for minute in 0..<5 as Range<Int64> {
      tally.add(progress(minute * 60, in: 100), interface: "eth0", application: nil)
    }
    tally.endLook()
    #expect(tally.rows.count == 20)
    var written: [TrafficRow] = []
    while tally.hasRows {
      let part = Array(tally.rows.prefix(7))
      tally.remove(part)
      written += part
    }
    #expect(written.count == 20)
    #expect(Set(written).count == 20)
    #expect(written.map(\.minute) == written.map(\.minute).sorted())
  }
}

@Suite struct ConnectionBacklogTests {
  private let ended = EndedConnection(progress(0, in: 1, departure: .ended), interface: nil, application: nil)

  @Test func aBurstHasRoomAndThenTwoThousandASecond() {
    var backlog = ConnectionBacklog()
    backlog.append(Array(repeating: ended, count: 70_000), now: Timestamp(seconds: 0))
    #expect(backlog.oldest(.max).count == 65_536)
    #expect(backlog.lost == 4_464)
    backlog.removeOldest(65_536)
    #expect(backlog.isEmpty)
    // Twenty thousand a second, handed over two and a half times a second.
    var written = 0
    for step in 1...25 as ClosedRange<Int64> {
      backlog.append(
        Array(repeating: ended, count: 8_000), now: Timestamp(nanoseconds: step * 400_000_000))
      written += backlog.oldest(.max).count
      backlog.removeOldest(.max)
    }
    #expect(written == 20_000)
    #expect(backlog.lost == 4_464 + 180_000)
  }

  @Test func whatIsNotWrittenKeepsItsPlace() {
    var backlog = ConnectionBacklog()
    for _ in 0..<100 { backlog.append(Array(repeating: ended, count: 2_000), now: Timestamp(seconds: 0)) }
    #expect(backlog.oldest(.max).count == 65_536)
    backlog.append([ended], now: Timestamp(seconds: 1_000))
    #expect(backlog.oldest(.max).count == 65_536, "there is time for it, but no room")
    backlog.removeOldest(1)
    backlog.append([ended, ended], now: Timestamp(seconds: 1_000))
    #expect(backlog.oldest(.max).count == 65_536)
    backlog.miss(5)
    #expect(backlog.lost == 200_000 - 65_536 + 1 + 1 + 5)
  }
}

@Suite struct BandwidthMeterTests {
  private let labels = RuleLabels()

  private func rules(_ names: String..., generation: UInt32) throws -> LoadedRules {
    let list = names.map { "{ nodeName = \"\($0)\"; enabled = 1; propertyName = Any; }" }.joined(separator: ", ")
    let document = RuleDocument(reading: Array("{ rules = ( \(list) ); }".utf8), fileName: "rules.plist")
    return LoadedRules(try #require(document.ruleSet), generation: generation, labels: labels)
  }

  private func counted(_ counts: (packets: UInt64, bytes: UInt64)...) -> [RuleCounters] {
    counts.map { RuleCounters(matchCount: $0.packets, byteCount: $0.bytes, lastTime: nil) }
  }

  private func names(_ meter: BandwidthMeter) -> [String] {
    meter.rows.map { "\($0.minute) \(labels.label($0.rule).text): \($0.packets) \($0.bytes)" }
  }

  @Test func onlyNamesThatBeginWithAnUnderscoreAreMeasured() throws {
    var meter = BandwidthMeter()
    meter.follow(try rules("web", "_web in", "_web in", generation: 1))
    #expect(meter.isMeasuring)
    meter.measure(counted((9, 900), (2, 100), (0, 0)), generation: 1, seconds: 65)
    meter.measure(counted((9, 900), (3, 150), (1, 10)), generation: 1, seconds: 119)
    meter.measure(counted((9, 900), (3, 150), (5, 50)), generation: 1, seconds: 120)
    #expect(names(meter) == ["60 2 _web in: 3 150", "60 3 _web in: 1 10", "120 3 _web in: 4 40"])
    meter.remove(meter.rows)
    #expect(meter.rows == [])
    meter.follow(try rules("web", generation: 2))
    #expect(!meter.isMeasuring)
  }

  @Test func otherRulesGoOnFromWhatTheyBeginWith() throws {
    var meter = BandwidthMeter()
    meter.follow(try rules("_a", generation: 1), counters: counted((10, 1_000)))
    meter.measure(counted((11, 1_040)), generation: 1, seconds: 0)
    // Asked too early: those are the counts of other rules.
    meter.measure(counted((500, 5), (500, 5)), generation: 2, seconds: 0)
    meter.follow(try rules("new", "_a", generation: 2), counters: counted((0, 0), (11, 1_040)))
    meter.measure(counted((7, 7), (12, 1_080)), generation: 2, seconds: 60)
    #expect(names(meter) == ["0 1 _a: 1 40", "60 2 _a: 1 40"])
  }

  @Test func whileTheDiskIsGoneNoMoreWaitsThanThereIsRoomFor() throws {
    var meter = BandwidthMeter(capacity: 3)
    meter.follow(try rules("_a", "_b", generation: 1))
    for minute in 1...100 as ClosedRange<Int64> {
      let count = UInt64(minute)
      meter.measure(counted((count, 0), (count >= 50 ? 1 : 0, 0)), generation: 1, seconds: minute * 60)
    }
    #expect(names(meter) == ["60 1 _a: 1 0", "120 1 _a: 1 0", "180 1 _a: 98 0", "3000 2 _b: 1 0"])
    meter.remove(Array(meter.rows.prefix(3)))
    #expect(names(meter) == ["3000 2 _b: 1 0"])
    meter.measure(counted((101, 0), (2, 0)), generation: 1, seconds: 6_060)
    #expect(names(meter) == ["3000 2 _b: 1 0", "6060 1 _a: 1 0", "6060 2 _b: 1 0"])
  }

  @Test func countsThatBeginAgainCount() throws {
    var meter = BandwidthMeter()
    meter.follow(try rules("_a", generation: 1), counters: counted((10, 1_000)))
    meter.measure(counted((2, 80)), generation: 1, seconds: 0)
    #expect(names(meter) == ["0 1 _a: 2 80"])
  }
}
