internal import GRDB

/// The database's tables, version by version.
///
/// A released version never changes; what comes later is a further migration. Every migration leaves what is there in place.
/// Times are nanoseconds since 1970, durations seconds. An IPv4 address is a number, an IPv6 address a blob of 16 bytes: so all of
/// a net lie together in an index, and the families apart.
enum StoreSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for version in versions {
      migrator.registerMigration(version.name) { try $0.execute(sql: version.sql) }
    }
    return migrator
  }

  /// In the order of their release. Names are kept in the database.
  static let versions: [(name: String, sql: String)] = [
    ("1", version1), ("2", version2), ("3", version3), ("4", version4),
  ]

  private static let version1 = """
    -- Rules that events name, as they were when they acted.
    CREATE TABLE rule (
      id INTEGER PRIMARY KEY,
      number TEXT NOT NULL,
      name TEXT NOT NULL,
      action TEXT NOT NULL,
      parameter TEXT NOT NULL,
      UNIQUE (number, name, action, parameter)
    );

    -- What is logged: decisions about packets, and messages of the daemon, which have nothing but a text.
    CREATE TABLE event (
      id INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      verdict INTEGER,      -- what happened to the packet; NULL: a message
      action INTEGER,       -- what the rule did, where that is something else
      rule INTEGER,
      reason TEXT,          -- of a check before the rules
      flags INTEGER NOT NULL DEFAULT 0,
      interface TEXT,
      protocol INTEGER,
      icmp INTEGER,         -- type * 256 + code
      source,
      destination,
      sourcePort INTEGER,
      destinationPort INTEGER,
      bytes INTEGER,
      message TEXT
    );
    CREATE INDEX eventByTime ON event (time);
    CREATE INDEX eventBySource ON event (source, time) WHERE source IS NOT NULL;
    CREATE INDEX eventByDestination ON event (destination, time) WHERE destination IS NOT NULL;

    -- The address tables, entry by entry, each at a place of its own.
    CREATE TABLE address (
      place INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      first NOT NULL,
      last NOT NULL,
      matchCount INTEGER NOT NULL,
      lastTime INTEGER NOT NULL,
      duration INTEGER,     -- NULL: unlimited
      triggeredBy TEXT NOT NULL
    );

    -- Documents that were put in force.
    CREATE TABLE document (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      time INTEGER NOT NULL,
      user TEXT NOT NULL,
      name TEXT NOT NULL,
      change TEXT,          -- of a document edited while in force: what was done to it
      isChosen INTEGER NOT NULL,
      text BLOB NOT NULL
    );

    -- What the rules of the document in force have counted, by their places in it.
    CREATE TABLE counter (
      place INTEGER PRIMARY KEY,
      matchCount INTEGER NOT NULL,
      byteCount INTEGER NOT NULL,
      lastTime INTEGER
    );
    """

  private static let version2 = """
    -- What has come in and gone out, in spans of a minute, an hour and a day, each for itself complete.
    CREATE TABLE traffic (
      span INTEGER NOT NULL,       -- seconds: 60, 3600, 86400
      dimension INTEGER NOT NULL,  -- what it is added up by: 0 service, 1 host, 2 interface, 3 application
      time INTEGER NOT NULL,       -- the span's beginning
      key NOT NULL,                -- a service: protocol * 65536 + port; 0: no application is known; '': all others
      packetsIn INTEGER NOT NULL,
      packetsOut INTEGER NOT NULL,
      bytesIn INTEGER NOT NULL,
      bytesOut INTEGER NOT NULL,
      PRIMARY KEY (span, dimension, time, key)
    ) WITHOUT ROWID;

    -- What rules have matched whose names begin with an underscore, in the same spans.
    CREATE TABLE bandwidth (
      span INTEGER NOT NULL,
      time INTEGER NOT NULL,
      rule INTEGER NOT NULL,
      packets INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      PRIMARY KEY (span, time, rule)
    ) WITHOUT ROWID;

    -- Connections that are over, in the order in which that was noticed.
    CREATE TABLE connection (
      id INTEGER PRIMARY KEY,
      start INTEGER NOT NULL,
      end INTEGER NOT NULL,        -- the latest packet's time
      state INTEGER NOT NULL,      -- 0 closed, 1 reset, 2 dropped, 3 half closed, 4 unanswered, 5 silent, 6 evicted, 7 unfinished
      protocol INTEGER NOT NULL,
      local NOT NULL,
      localPort INTEGER NOT NULL,
      remote NOT NULL,
      remotePort INTEGER NOT NULL,
      isOutbound INTEGER NOT NULL, -- the first packet went out
      interface TEXT,
      application TEXT,
      packetsIn INTEGER NOT NULL,
      packetsOut INTEGER NOT NULL,
      bytesIn INTEGER NOT NULL,
      bytesOut INTEGER NOT NULL
    );
    CREATE INDEX connectionByEnd ON connection (end);
    CREATE INDEX connectionByRemote ON connection (remote, end);
    """

  private static let version3 = """
    -- What became of packets, in the same spans as the traffic.
    CREATE TABLE verdict (
      span INTEGER NOT NULL,
      time INTEGER NOT NULL,
      verdict INTEGER NOT NULL,    -- 0 pass, 1 delete, 2 reject, 3 drop connection, 4 delay, 5 route to
      packets INTEGER NOT NULL,
      PRIMARY KEY (span, time, verdict)
    ) WITHOUT ROWID;
    """

  private static let version4 = """
    -- Without them, nobody can tell afterwards which rules such a packet meets.
    ALTER TABLE event ADD COLUMN tcpFlags INTEGER;  -- NULL: not known
    ALTER TABLE event ADD COLUMN ttl INTEGER;       -- NULL: not known
    """
}
