public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
public import SentryPacket
internal import SentryRules
public import SentryState

// The address tables: what people ask of them, and put into them.

extension SentryDaemon {
  /// Entries that go to the packet thread in one request: well below a millisecond's work, unless there are ranges.
  private static let entriesPerRequest = 4_096

  public func table(_ kind: AddressTableKind) async throws(DaemonError) -> TableReply {
    let entries = try await entries(of: kind)
    return TableReply(
      table: kind.name, time: WallClock.seconds(), entries: entries.map { TableEntryReport($0, labels: labels) })
  }

  /// The packet thread only copies; sorting many entries takes a while.
  private func entries(of kind: AddressTableKind) async throws(DaemonError) -> [AddressEntry] {
    try await ask { $0.entries(of: kind) }.sorted()
  }

  /// Puts addresses into a table by hand.
  ///
  /// - Parameters:
  ///   - duration: `nil` for that of the document in force.
  ///   - note: who says so.
  ///   - matchCount: of packets so far.
  public func add(
    _ ranges: [AddressRange], to kind: AddressTableKind, duration: AddressDuration?, note: String,
    matchCount: UInt64 = 0
  ) async throws(DaemonError) -> TableAddReply {
    let label = labels.number(of: RuleLabel(note: note))
    let duration = duration ?? defaultDuration
    let additions = ranges.map {
      AddressAddition(range: $0, duration: duration, triggeredBy: label, matchCount: matchCount)
    }
    let change = try await put(additions, into: kind)
    if let only = ranges.first, ranges.count == 1 {
      tell("\(only) entered into table \(kind.name): \(labels.label(label).triggeredBy)")
    } else {
      tell(
        "\(counted(ranges.count, "address", plural: "addresses")) entered into table \(kind.name): \(labels.label(label).triggeredBy)"
      )
    }
    if kind == .authorize { await followAllowed() }
    var reply = TableAddReply(kind, change)
    reply.duration = duration.seconds.map(Int64.init)
    return reply
  }

  public func remove(_ ranges: [AddressRange], from kind: AddressTableKind) async throws(DaemonError)
    -> TableRemoveReply
  {
    let wereThere = try await ask { $0.remove(ranges, from: kind) }
    let removed = zip(ranges, wereThere).filter(\.1).map(\.0.description)
    let missing = zip(ranges, wereThere).filter { !$0.1 }.map(\.0.description)
    if !removed.isEmpty {
      tell("\(removed.count == 1 ? removed[0] : "\(removed.count) addresses") removed from table \(kind.name)")
    }
    if kind == .authorize { await followAllowed() }
    // Also who is near the limit, or was blocked before.
    if kind == .trigger { await logins.forget(ranges) }
    let isUnderWay = removed.isEmpty ? false : await isRemovalUnderWay(from: kind)
    return TableRemoveReply(table: kind.name, removed: removed, missing: missing, underWay: isUnderWay ? true : nil)
  }

  public func clear(_ kind: AddressTableKind) async throws(DaemonError) -> TableClearReply {
    let removed = try await ask { $0.clear(kind) }
    if kind == .trigger { await logins.forgetAll() }
    if kind == .authorize { await followAllowed() }
    tell("table \(kind.name) cleared: \(counted(removed, "entry", plural: "entries")) removed")
    let isUnderWay = await isRemovalUnderWay(from: kind)
    return TableClearReply(table: kind.name, removed: removed, underWay: isUnderWay ? true : nil)
  }

  /// How long a reply waits for the kernel: many thousands of entries are gone by then.
  private static let patience = Duration.seconds(2)

  /// Whether the kernel goes on to block what was just removed.
  private func isRemovalUnderWay(from kind: AddressTableKind) async -> Bool {
    guard kind == .trigger, let gate else { return false }
    return await !gate.followRemovals(within: Self.patience)
  }

  // MARK: Lists

  /// The entries of some tables as text.
  public func list(of kinds: [AddressTableKind]) async throws(DaemonError) -> AddressList {
    var list = AddressList([])
    for kind in kinds { list.append(try await entries(of: kind), of: kind, labels: labels) }
    return list
  }

  /// Puts the entries of a list into their tables, beside those there are.
  ///
  /// - Parameters:
  ///   - table: for lines that name none.
  ///   - note: for lines without a text; `nil` as in `AddressList.Defaults`.
  ///   - duration: for lines without one; `nil` for that of the document in force.
  /// - Returns: what became of them. Lines that would put protected addresses into table trigger are left out.
  public func importList(
    _ bytes: [UInt8], name: String, table: AddressTableKind, note: String?, duration: AddressDuration?
  ) async throws(DaemonError) -> TableImportReply {
    let name = name.withoutControlCharacters
    let protected = protectedAddresses
    let spans = AddressSpans(byFamily: protected.map(\.range))
    let list = AddressList(
      reading: bytes,
      defaults: AddressList.Defaults(table: table, triggeredBy: note, duration: duration ?? defaultDuration)
    ) { range, table in
      guard table == .trigger, spans.overlapsByFamily(range) else { return nil }
      return AddressObjection.protection(of: range, in: protected)
    }
    var changes: [AddressTableKind: TableChange] = [:]
    for (kind, additions) in list.additions(labels: labels, atMost: Self.entriesPerRequest) {
      changes[kind, default: TableChange()] += try await put(additions, into: kind)
    }
    if changes[.authorize] != nil { await followAllowed() }
    tell("\(counted(list.entries.count, "line")) of \(name) entered into the tables, \(list.rejectedLines) left out")
    let source = SourceText(fileName: name, bytes: list.findings.isEmpty ? [] : bytes)
    return TableImportReply(
      tables: AddressTableKind.allCases.compactMap { kind in changes[kind].map { TableAddReply(kind, $0) } },
      rejected: list.rejectedLines, findings: list.findings.map { DiagnosticRecord($0, in: source) })
  }

  private func put(
    _ additions: [AddressAddition], into kind: AddressTableKind
  ) async throws(DaemonError) -> TableChange {
    try await ask { $0.add(additions, to: kind) }
  }

  /// That of the document in force.
  private var defaultDuration: AddressDuration {
    AddressDuration(seconds: active.rules.ruleSet.settings.triggerDuration)
  }
}

extension TableAddReply {
  init(_ kind: AddressTableKind, _ change: TableChange) {
    self.init(table: kind.name, added: change.added, replaced: change.replaced, evicted: change.evicted)
  }
}
