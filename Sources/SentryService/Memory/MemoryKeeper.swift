internal import Foundation
internal import Logging
internal import SentryEngine
internal import SentryJournal
internal import SentryNotifier
internal import SentryPacket
internal import SentryState

/// Keeps the daemon's memory on disk: what is logged, the address tables, counters, and the documents that were put in force.
///
/// Every two fifths of a second it writes what is new, in one transaction; in several if the tables have changed in very many
/// places. Where that is not possible, the daemon goes on with
/// what it has in memory, says so once, and tries again every second; then everything is written anew. A damaged database is put
/// aside for a fresh one.
///
/// Nothing waits for the disk but this: log entries wait in a bounded queue, tables and counters where they are, until they are
/// asked for.
actor MemoryKeeper {
  private static let interval = Duration.milliseconds(400)
  private static let retryInterval = Duration.seconds(1)
  /// What has become too old goes at least so often, also while nothing new is written.
  private static let upkeepInterval = Duration.seconds(10)
  /// So that no transaction takes long.
  private static let eventsPerBatch = 16_384
  /// Of tables.
  private static let rowsPerBatch = 20_000
  private static let leadTold = 86_400 * Timestamp.nanosecondsPerSecond

  let options: MemoryOptions
  /// Log entries to be written.
  nonisolated let pending = PendingLog()
  private let log: Logger
  private var words: EventWords?
  private var store: Store?
  private var status = MemoryStatus()
  private var nextAttempt = ContinuousClock.now
  private var nextUpkeep = ContinuousClock.now
  private let pass = TablePass()
  private let traffic = TrafficKeeper()
  /// Says in the journal, too, what the log says.
  private var tell: (@Sendable (String) -> Void)?
  /// What is to be said there as soon as there is one.
  private var untold: [String] = []

  /// The layouts in which tables were saved last; without one, a table is saved whole.
  private var layouts: [AddressTableKind: UInt32] = [:]
  /// Counters as they were saved last, by the document of that generation.
  private var counters: (generation: UInt32, counters: [RuleCounters])?
  /// The document in force.
  private var document: (generation: UInt32, document: StoredDocument)?
  private var documents = KeptDocuments()
  private var latestFlush: Task<Void, Never>?
  private var hasEnded = false
  private var ageClock = AgeClock()

  init(_ options: MemoryOptions, log: Logger) {
    self.options = options
    self.log = log
    status.path = options.directory.map { Store.path(in: $0) }
  }

  // MARK: Life

  /// Opens the database, or begins one.
  ///
  /// - Returns: what an earlier run has left; also what can only be read. Nothing where there is nothing.
  func begin() -> StoreContents {
    guard let directory = options.directory else { return StoreContents() }
    do throws(StoreError) {
      let opened = try Store(directory: directory)
      let contents = try opened.contents()
      store = opened
      documents.found(contents.documents)
      ageClock.begin(after: try opened.latestTime(), steady: ContinuousClock.now)
      // What comes back is saved already, unless its table says otherwise.
      for kind in AddressTableKind.allCases { layouts[kind] = AddressTable.firstLayout }
      return contents
    } catch {
      // What another daemon remembers is its own.
      if case .inUse = error {
        fail(error)
        return StoreContents()
      }
      let reader = try? StoreReader(path: Store.path(in: directory), writesIndex: false)
      let contents = (try? reader?.contents()) ?? StoreContents()
      documents.found(contents.documents)
      fail(error)
      return contents
    }
  }

  /// From now on there is something to write.
  func follow(words: EventWords, tell: @escaping @Sendable (String) -> Void) {
    self.words = words
    self.tell = tell
    for text in untold { tell(text) }
    untold = []
  }

  /// Writes what is new until the task is cancelled.
  func run(_ packets: PacketThread) async {
    guard options.directory != nil else { return }
    while !Task.isCancelled {
      await flush(packets, .usual)
      try? await Task.sleep(for: Self.interval)
    }
  }

  /// Writes what the log still has after the packet thread has stopped, and closes the database.
  func end() async {
    await latestFlush?.value
    await writeEvents()
    hasEnded = true
    store?.close()
    store = nil
  }

  // MARK: Rules

  /// Rules were put in force: those are measured now whose names begin with an underscore.
  ///
  /// - Parameters:
  ///   - counters: what they begin with, in document order.
  ///   - old: the generation of the rules before, and what they had counted when they were replaced.
  func measure(
    _ rules: LoadedRules, counters: [RuleCounters], replaced old: (generation: UInt32, counters: [RuleCounters])? = nil
  ) {
    guard options.directory != nil else { return }
    let before = latestFlush
    // Whoever looks meanwhile looks with the rules before in mind; who changes rules waits for no disk.
    latestFlush = Task {
      await before?.value
      traffic.follow(rules, counters: counters, replaced: old)
    }
  }

  // MARK: Documents

  /// A document was put in force. Must come after its counters count.
  ///
  /// - Parameter isNew: it is not the one that was written last anyway.
  func note(_ new: StoredDocument, generation: UInt32, isNew: Bool = true) {
    guard options.directory != nil else { return }
    document = (generation, new)
    // Who applies the same time and again does not lose the way back to what was before.
    guard isNew, documents.all?.last.map(new.repeats) != true else { return }
    documents.append(new)
  }

  /// The latest documents, oldest first; the last is in force. Waits for the disk only where they are too long to be remembered.
  ///
  /// - Throws: why they cannot be read.
  func pastDocuments() async throws(StoreError) -> [StoredDocument] {
    guard let directory = options.directory else { return [] }
    if let all = documents.all { return all }
    await latestFlush?.value
    let written: [StoredDocument]
    if let store {
      written = try store.documents()
    } else {
      written = try StoreReader(path: Store.path(in: directory), writesIndex: false).documents()
    }
    return StoredDocument.kept(of: written + documents.new)
  }

  // MARK: Writing

  /// How much of what is new is to be written.
  enum Extent {
    /// Traffic only every few seconds.
    case usual
    case everything
    /// What goes on, too, for nothing will be written afterwards.
    case last
  }

  /// Writes what is new now; returns when that is done, or cannot be.
  func flush(_ packets: PacketThread, _ extent: Extent = .everything) async {
    let before = latestFlush
    let flush = Task {
      await before?.value
      await self.flushOnce(packets, extent)
    }
    latestFlush = flush
    await flush.value
  }

  private func flushOnce(_ packets: PacketThread, _ extent: Extent) async {
    // Whether there is a disk or not: what waits in the packet thread's tables has little room there.
    await lookAtTraffic(packets, extent)
    await reopenIfDue()
    guard store != nil else { return }
    var batch = StoreBatch()
    // Once the packet thread has stopped, its tables change no more; what was copied by then is written.
    try? await copyState(packets, into: &batch)
    // Whole tables take long to write; the log does not wait for them.
    if batch.tables.contains(where: \.isEverything) { await writeEvents() }
    var parts = TableParts(batch.tables, limit: Self.rowsPerBatch)
    batch.tables = parts.next() ?? []
    traffic.fill(&batch)
    guard await write(&batch) else { return }
    traffic.remove(batch)
    // Each with what the log has by then.
    while let part = parts.next() {
      var batch = StoreBatch()
      batch.tables = part
      guard await write(&batch) else { return }
    }
    await writeEvents()
    while traffic.hasMore {
      var batch = StoreBatch()
      traffic.fill(&batch)
      guard await write(&batch) else { return }
      traffic.remove(batch)
    }
  }

  private func lookAtTraffic(_ packets: PacketThread, _ extent: Extent) async {
    guard options.directory != nil, let words else { return }
    if extent == .usual, await !traffic.isDue(packets) { return }
    // Once the packet thread has stopped there is nothing to be seen.
    try? await traffic.look(packets, interfaces: words.interfaces, isLast: extent == .last)
  }

  /// Copies what has changed on the packet thread.
  private func copyState(_ packets: PacketThread, into batch: inout StoreBatch) async throws(PacketThreadStopped) {
    for kind in AddressTableKind.allCases {
      let (copy, layout) = try await pass.changes(of: kind, since: layouts[kind], packets: packets)
      layouts[kind] = layout
      if copy.isEverything || !copy.entries.isEmpty { batch.tables.append(copy) }
    }
    if options.keepsCounters { batch.counters = try await newCounters(packets) }
  }

  private func newCounters(_ packets: PacketThread) async throws(PacketThreadStopped) -> CounterCopy? {
    let (generation, current) = try await packets.perform { ($0.engine.rules.generation, $0.engine.counters) }
    // Of rules whose document is not known yet nobody could tell what they have counted.
    guard generation == document?.generation else { return nil }
    let old = counters?.generation == generation ? counters?.counters : nil
    let changed = current.enumerated().filter { place, counters in
      guard let old, old.indices.contains(place) else { return true }
      return old[place].matchCount != counters.matchCount || old[place].byteCount != counters.byteCount
        || old[place].lastTime != counters.lastTime
    }
    counters = (generation, current)
    guard old == nil || !changed.isEmpty else { return nil }
    return CounterCopy(isEverything: old == nil, counters: changed.map { ($0.offset, $0.element) })
  }

  private func writeEvents() async {
    while pending.hasEntries {
      var batch = StoreBatch()
      guard await write(&batch) else { return }
    }
  }

  /// Writes a batch with the oldest of the log and new documents.
  ///
  /// - Returns: false if that failed.
  private func write(_ batch: inout StoreBatch) async -> Bool {
    guard let store, let words else { return false }
    (batch.events, batch.messages) = pending.oldest(Self.eventsPerBatch)
    batch.documents = documents.beginWriting()
    do throws(StoreError) {
      guard store.isInPlace else {
        throw .unusable(path: store.path, reason: "it was removed or replaced while it was in use")
      }
      guard !batch.isEmpty || status.problem != nil || ContinuousClock.now >= nextUpkeep else { return true }
      nextUpkeep = ContinuousClock.now + Self.upkeepInterval
      let now = WallClock.now()
      status.bytes = try await store.write(
        batch, words: words, retention: options.retention, now: now, ages: retentionTime(now))
    } catch {
      documents.endWriting(isWritten: false)
      fail(error)
      return false
    }
    pending.remove(events: batch.events.count, messages: batch.messages.count)
    documents.endWriting(isWritten: true)
    status.written &+= UInt64(batch.events.count + batch.messages.count)
    succeed()
    return true
  }

  /// By which time something is too old; says when that is not the clock's.
  private func retentionTime(_ now: Timestamp) -> RetentionTime {
    let before = ageClock.lead
    let time = ageClock.time(wall: now, steady: ContinuousClock.now)
    // A night in which nothing was written is nothing to be told of.
    if before < Self.leadTold, ageClock.lead >= Self.leadTold {
      let lead = ClockWatch.span(seconds: ageClock.lead / Timestamp.nanosecondsPerSecond)
      warn(
        "the clock is \(lead) ahead of what was written last: nothing is given up for its age until it has stayed so for a day"
      )
    }
    return time
  }

  // MARK: Trouble

  private func fail(_ error: StoreError) {
    store = nil
    forgetWhatIsSaved()
    nextAttempt = ContinuousClock.now + Self.retryInterval
    if case .damaged(let path, _) = error, mayPutAside, putAside(path, because: error) { return }
    let text = "\(error)"
    guard status.problem != text else { return }
    if status.problem == nil {
      warn("nothing is kept on disk, until that is possible: \(text)")
      lostBefore = pending.lost
    }
    status.problem = text
  }

  /// Entries that had been lost when the trouble began.
  private var lostBefore: UInt64 = 0

  private func succeed() {
    guard status.problem != nil else { return }
    status.problem = nil
    let lost = pending.lost &- lostBefore
    let loss = lost == 0 ? "nothing of the log is missing" : "\(lost) log entries are missing"
    log.notice("everything is kept on disk again; \(loss)")
    tell?("everything is kept on disk again; \(loss)")
  }

  private func warn(_ text: String) {
    log.warning("\(text)")
    if let tell { tell(text) } else { untold.append(text) }
  }

  /// What is in memory goes into whatever is opened next, all of it.
  private func forgetWhatIsSaved() {
    layouts = [:]
    counters = nil
  }

  /// A disk that damages whatever is written to it must not be filled with what it has damaged.
  private var mayPutAside: Bool {
    latestPutAside.map { ContinuousClock.now - $0 > Self.putAsideInterval } ?? true
  }

  private var latestPutAside: ContinuousClock.Instant?
  private static let putAsideInterval = Duration.seconds(60)

  /// - Returns: true if a fresh database begins with the next attempt.
  private func putAside(_ path: String, because error: StoreError) -> Bool {
    let saved = (try? StoreReader(path: path, writesIndex: false).documents()) ?? document.map { [$0.document] } ?? []
    do throws(StoreError) {
      let aside = try StoreFiles(path: path).putAside(at: WallClock.seconds())
      documents.beginAnew(with: saved)
      warn("\(error); it lies in \(aside) now, and a fresh one begins")
      latestPutAside = ContinuousClock.now
      nextAttempt = ContinuousClock.now
      return true
    } catch {
      return false
    }
  }

  private func reopenIfDue() async {
    guard store == nil, !hasEnded, let directory = options.directory, ContinuousClock.now >= nextAttempt else { return }
    // A disk may take its time; whoever asks meanwhile does not wait.
    switch await Blocking.run({ Self.reopened(in: directory) }) {
    case .success(let (opened, known)):
      documents.found(known)
      if let document, documents.new.isEmpty, known.last?.text != document.document.text {
        documents.append(document.document)
      }
      store = opened
    case .failure(let error): fail(error)
    }
  }

  private nonisolated static func reopened(in directory: String) -> Result<(Store, [StoredDocument]), StoreError> {
    Result { () throws(StoreError) in
      let opened = try Store(directory: directory)
      return (opened, try opened.documents())
    }
  }

  /// How it is doing; `nil` where nothing is to be kept.
  func report() -> MemoryStatus? {
    guard options.directory != nil else { return nil }
    var report = status
    report.lost = pending.lost
    report.lostConnections = traffic.lost
    return report
  }
}
