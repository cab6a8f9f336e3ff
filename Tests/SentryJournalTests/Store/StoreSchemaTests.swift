import Foundation
import SentryEngine
import SentryPacket
import SentryState
import Testing

@testable import SentryJournal

/// Databases as released versions have left them, written down when they were released: never adapted to what comes later.
enum Released {
  static let version1 = """
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES ('1');
    CREATE TABLE rule (
      id INTEGER PRIMARY KEY, number TEXT NOT NULL, name TEXT NOT NULL, action TEXT NOT NULL, parameter TEXT NOT NULL,
      UNIQUE (number, name, action, parameter));
    INSERT INTO rule VALUES (7, '2.1.5.1', 'telnet probe', 'Trigger', 'mail me');
    CREATE TABLE event (
      id INTEGER PRIMARY KEY, time INTEGER NOT NULL, verdict INTEGER, action INTEGER, rule INTEGER, reason TEXT,
      flags INTEGER NOT NULL DEFAULT 0, interface TEXT, protocol INTEGER, icmp INTEGER, source, destination,
      sourcePort INTEGER, destinationPort INTEGER, bytes INTEGER, message TEXT);
    CREATE INDEX eventByTime ON event (time);
    CREATE INDEX eventBySource ON event (source, time) WHERE source IS NOT NULL;
    CREATE INDEX eventByDestination ON event (destination, time) WHERE destination IS NOT NULL;
    INSERT INTO event VALUES
      (1, 1700000000123456000, 1, NULL, 7, NULL, 8, 'eth0', 6, NULL, 3405803785, 3221225994, 40001, 23, 60, NULL),
      (2, 1700000001000000000, 0, 4, 7, NULL, 27, 'eth0', 58, 32769, X'20010DB8000000000000000000000009',
       X'20010DB8000100000000000000000010', NULL, NULL, 104, NULL),
      (3, 1700000002000000000, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'firewall on'),
      (4, 1700000003000000000, 1, NULL, NULL, 'short IP header', 8, 'eth0', NULL, NULL, NULL, NULL, NULL, NULL, 12, NULL);
    CREATE TABLE address (
      place INTEGER PRIMARY KEY, kind TEXT NOT NULL, first NOT NULL, last NOT NULL, matchCount INTEGER NOT NULL,
      lastTime INTEGER NOT NULL, duration INTEGER, triggeredBy TEXT NOT NULL);
    INSERT INTO address VALUES
      (0, 'trigger', 3405803785, 3405803785, 57, 1700000000000000000, 3600, '2.1.5.1 telnet probe'),
      (8606711809, 'authorize', 167772160, 184549375, 0, 1600000000000000000, NULL, 'office');
    CREATE TABLE document (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, user TEXT NOT NULL, name TEXT NOT NULL, change TEXT,
      isChosen INTEGER NOT NULL, text BLOB NOT NULL);
    INSERT INTO document VALUES (3, 1690000000500000000, 'root', '/etc/sentry/sentry.plist', NULL, 1, CAST('{}' AS BLOB));
    CREATE TABLE counter (
      place INTEGER PRIMARY KEY, matchCount INTEGER NOT NULL, byteCount INTEGER NOT NULL, lastTime INTEGER);
    INSERT INTO counter VALUES (0, 5, 300, 1700000000000000000), (2, 0, 0, NULL);
    """

  /// With an event in it of each kind that version 1 has, and an hour of traffic.
  static let version3 =
    version1 + """
      INSERT INTO grdb_migrations VALUES ('2'), ('3');
      CREATE TABLE traffic (
        span INTEGER NOT NULL, dimension INTEGER NOT NULL, time INTEGER NOT NULL, key NOT NULL, packetsIn INTEGER NOT NULL,
        packetsOut INTEGER NOT NULL, bytesIn INTEGER NOT NULL, bytesOut INTEGER NOT NULL,
        PRIMARY KEY (span, dimension, time, key)) WITHOUT ROWID;
      INSERT INTO traffic VALUES (3600, 2, 1699999200000000000, 'eth0', 7, 8, 900, 1000);
      CREATE TABLE bandwidth (
        span INTEGER NOT NULL, time INTEGER NOT NULL, rule INTEGER NOT NULL, packets INTEGER NOT NULL,
        bytes INTEGER NOT NULL, PRIMARY KEY (span, time, rule)) WITHOUT ROWID;
      CREATE TABLE connection (
        id INTEGER PRIMARY KEY, start INTEGER NOT NULL, end INTEGER NOT NULL, state INTEGER NOT NULL,
        protocol INTEGER NOT NULL, local NOT NULL, localPort INTEGER NOT NULL, remote NOT NULL,
        remotePort INTEGER NOT NULL, isOutbound INTEGER NOT NULL, interface TEXT, application TEXT,
        packetsIn INTEGER NOT NULL, packetsOut INTEGER NOT NULL, bytesIn INTEGER NOT NULL, bytesOut INTEGER NOT NULL);
      CREATE INDEX connectionByEnd ON connection (end);
      CREATE INDEX connectionByRemote ON connection (remote, end);
      CREATE TABLE verdict (
        span INTEGER NOT NULL, time INTEGER NOT NULL, verdict INTEGER NOT NULL, packets INTEGER NOT NULL,
        PRIMARY KEY (span, time, verdict)) WITHOUT ROWID;
      """
}

@Suite struct StoreSchemaTests {
  /// Entries as docs/Classic.md, "Events", describes them, read off the rows above by hand.
  @Test(arguments: [("1", Released.version1), ("3", Released.version3)])
  func everyReleasedVersionIsReadAndGoesOn(version: String, sql: String) async throws {
    let folder = try StoreFolder()
    try folder.make(sql)
    let store = try Store(directory: folder.path)
    let contents = try store.contents()
    let trigger = try #require(contents.tables[.trigger]?.first)
    #expect(trigger.triggeredBy == "2.1.5.1 telnet probe")
    #expect(trigger.entry.range.description == "203.0.113.9")
    #expect(trigger.entry.matchCount == 57)
    #expect(trigger.entry.duration == AddressDuration(seconds: 3_600))
    let authorize = try #require(contents.tables[.authorize]?.first)
    #expect(authorize.entry.range.description == "10.0.0.0/8")
    #expect(authorize.entry.duration == .unlimited)
    #expect(contents.counters[0]?.byteCount == 300)
    #expect(contents.counters[2]?.lastTime == nil)
    #expect(
      contents.documents == [
        StoredDocument(
          time: 1_690_000_000.5, user: "root", name: "/etc/sentry/sentry.plist", isChosen: true, text: "{}")
      ])

    let daemon = Daemon()
    try await store.write([daemon.event(second: 60)], daemon)
    let lines = try StoreReader(path: folder.database).entries().compactMap(TextLogFormat(timeZone: .gmt).line)
    #expect(
      lines == [
        "2023-11-14 22:13:20  packet dropped 2.1.5.1 telnet probe  TCP 203.0.113.9:40001 -> 192.0.2.10:23 in via eth0 60 bytes  mail me",
        "2023-11-14 22:13:21  packet passed (packet logged) 2.1.5.1 telnet probe  ICMPv6:128,1 (echo request) 2001:db8::9 -> 2001:db8:1::10 out via eth0 104 bytes  mail me",
        "2023-11-14 22:13:22  firewall on",
        "2023-11-14 22:13:23  packet dropped rule = 0 short IP header    ",
        "2023-11-14 22:14:20  packet dropped 2.1 telnet  TCP 203.0.113.9:40000 -> 192.0.2.10:23 in via eth0 60 bytes  mail me",
      ])
  }

  /// What version 3 did not note of a packet is not known of its entries; what comes later has it.
  @Test func packetsOfVersion3HaveNoFlagsAndLaterOnesDo() async throws {
    let folder = try StoreFolder()
    try folder.make(Released.version3)
    #expect(try StoreReader(path: folder.database).entries().count == 4)
    let store = try Store(directory: folder.path)
    let daemon = Daemon()
    var event = daemon.event(second: 60)
    event.present.insert(.tcpFlags)
    (event.tcpFlags, event.timeToLive) = (0x12, 57)
    try await store.write([event], daemon)
    let entries = try StoreReader(path: folder.database).entries()
    #expect(entries.map(\.tcpFlags) == [nil, nil, nil, nil, "syn,ack"])
    #expect(entries.map(\.ttl) == [nil, nil, nil, nil, 57])
    let always = TrafficPeriod(since: Timestamp(seconds: 0), until: Timestamp(seconds: 8_000_000_000))
    #expect(try StoreReader(path: folder.database).history(of: nil, .hour, always).map(\.counts.bytesIn) == [900])
  }

  @Test func aNewDatabaseIsOfTheLatestVersion() throws {
    let folder = try StoreFolder()
    _ = try Store(directory: folder.path)
    #expect(
      try folder.sqlite("SELECT identifier FROM grdb_migrations ORDER BY rowid").flatMap(\.self)
        == StoreSchema.versions.map { "\"\($0.name)\"" })
    #expect(try folder.sqlite("PRAGMA journal_mode") == [["\"wal\""]])
    #expect(try folder.sqlite("PRAGMA auto_vacuum") == [["2"]])
  }

  @Test func aNewerVersionIsLeftAlone() throws {
    let folder = try StoreFolder()
    try folder.make(Released.version1 + "INSERT INTO grdb_migrations VALUES ('from the future');")
    #expect(throws: StoreError.newer(path: folder.database)) { try Store(directory: folder.path) }
    #expect(throws: StoreError.newer(path: folder.database)) { try StoreReader(path: folder.database) }
    #expect(
      StoreError.newer(path: "/x/sentry.db").description
        == "/x/sentry.db was written by a newer sentry, and is left as it is")
    #expect(try folder.sqlite("SELECT count(*) FROM event") == [["4"]])
  }
}
