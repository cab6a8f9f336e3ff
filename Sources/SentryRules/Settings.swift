public import SentryPacket

/// What a document decides besides its rules: the `settings` dictionary.
public struct Settings: Sendable, Equatable {
  /// How long a triggered address stays in its table after it was last seen, in seconds, at least 1; `nil` for ever.
  /// Default one hour. `settings.triggerDuration`: seconds, or `unlimited`.
  public var triggerDuration: UInt32? = 3600
  /// IPv6 sources are remembered by their net of this many bits: 1...128, default 64.
  public var triggerIPv6Prefix = 64
  /// Sources that packets enter into table trigger in a minute at most: 1...1 000 000, default 600; `nil` for as many as come.
  /// `settings.triggersPerMinute`: a number, or `unlimited`.
  public var triggersPerMinute: Int? = 600
  /// What a source must have shown before it enters table trigger.
  public var triggerProof = TriggerProof.none
  /// No verdict is carried out, and no effect of an action: what would happen is counted and logged. Default off.
  public var observe = false
  /// Entries that each table of addresses holds: 1...16 777 216, default 131 072. The oldest make way.
  public var addressCapacity = 131_072
  /// Flows that the connection table holds: 1...16 777 216, default 262 144. The oldest make way.
  public var connectionCapacity = 262_144
  /// Datagrams that the fragment table holds: 1...1 048 576, default 16 384. The oldest make way.
  public var fragmentCapacity = 16_384
  /// Packets that `Delay` holds at once: 0...65 536, default 256. More than that pass.
  public var delayCapacity = 256
  /// How long `Delay` holds a packet: 0...60 seconds, default 0.75.
  public var delaySeconds = 0.75
  /// Addresses of this host, besides those of its interfaces: `settings.local`.
  public var localNetworks: [AddressRange] = []
  /// Whom no rule can trigger: `settings.protected`.
  public var protectedNetworks: [AddressRange] = []
  /// This system's names of interfaces, by the names that the document uses: `{ en0 = eth0; }`.
  public var interfaceNames: [String: String] = [:]
  public var malformed = MalformedPolicy.delete
  /// Discard all IPv6 before the rules. Default off.
  public var blockIPv6 = false
  /// Who listens in on connections for further ones that they announce; none by default.
  public var helpers: [Helper] = []
  /// What the page says that `Drop connection` sends in place of a blocked one, or the page itself if it begins with `<`:
  /// 1...8192 bytes of UTF-8; `nil`, the default, for our own words (`BlockedPage`).
  public var blockedPage: String?
  /// Who gets the mail of `Email` rules that name nobody: 1...16 addresses; empty, the default, for this host's administrator.
  public var mailTo: [String] = []
  /// Who sends it; `nil`, the default, for this host's administrator.
  public var mailFrom: String?
  /// Mails of a minute that go out by themselves: 0...1000, default 3. The others of that minute are put into one.
  public var mailsPerMinute = 3
  /// Notifications of all kinds that are carried out in a minute at most: 1...10 000, default 60. The others are counted.
  public var notificationsPerMinute = 60
  /// The same for each rule: 1...10 000, default 6.
  public var notificationsPerRule = 6
  /// Who is blocked for logins that fail, and the logs that tell: `settings.logins`. Default: no log is followed.
  public var logins = LoginSettings()
  /// What becomes of programs about which nothing is decided: `settings.applications`; `nil`, the default, leaves it to the rules.
  public var applications: ApplicationSettings?

  public init() {}

  /// The name on this system of an interface that a document names: by `interfaceNames`, else `lo` for `lo0`, else
  /// the same.
  public func systemName(of interface: String) -> String {
    interfaceNames[interface] ?? (interface == "lo0" ? "lo" : interface)
  }
}

/// What shows that a packet comes from where it says, before its source is triggered.
public enum TriggerProof: String, Sendable, CaseIterable {
  /// Nothing: one packet is enough.
  case none
  /// TCP: the sender has acknowledged the SYN or SYN-ACK that we sent it. Else as `repeated`.
  case handshake
  /// The same rule has matched a packet of the same source before: a second ago at least, a minute at most.
  case repeated
}

/// What happens to packets whose headers are too short.
public enum MalformedPolicy: String, Sendable, CaseIterable {
  /// Deleted and logged.
  case delete
  case pass
}
