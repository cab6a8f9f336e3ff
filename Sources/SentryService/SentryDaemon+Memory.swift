public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
public import SentryJournal
internal import SentryPacket
internal import SentryState

// What outlives the daemon.

extension SentryDaemon {
  /// Goes on with what an earlier run has left, and has what is new written from now on.
  func remember(_ restored: RestoredState, _ contents: StoreContents, isChosen: Bool) async {
    await memory.follow(
      words: EventWords(labels: labels, interfaces: interfaceNames, isDryRun: isDryRun),
      tell: { [journal] in journal.append(message: $0, time: WallClock.now()) })
    if restored.entryCount > 0 {
      tell("\(counted(restored.entryCount, "entry", plural: "entries")) of the address tables came back")
    }
    await memory.measure(active.rules, counters: restored.counters.map { $0 ?? RuleCounters() })
    if memory.options.directory != nil { packets.post { $0.startAccounting() } }
    let document = active.stored(isChosen: isChosen)
    let isNew = contents.documents.last.map { $0.text != document.text || $0.name != document.name } ?? true
    await memory.note(document, generation: active.rules.generation, isNew: isNew)
  }

  /// A document was put in force for good. It is written soon; nobody who applies one waits for a disk.
  func write(_ document: StoredDocument, generation: UInt32) async {
    await memory.note(document, generation: generation)
    Task { [memory, packets] in await memory.flush(packets) }
  }

  /// Writes what is new to the disk until the task is cancelled.
  func keepMemory() async { await memory.run(packets) }

  /// Has everything written that has happened until now.
  ///
  /// - Returns: how the memory on disk is doing; `nil` where nothing is kept.
  public func flushMemory() async -> MemoryReport? {
    await memory.flush(packets)
    return await memory.report()?.report
  }

  /// The latest documents that were put in force, oldest first; the last is in force.
  ///
  /// - Throws: why they cannot be read.
  public func documents() async throws(StoreError) -> [StoredDocument] { try await memory.pastDocuments() }
}

extension AppliedDocument {
  func stored(isChosen: Bool) -> StoredDocument {
    StoredDocument(
      time: appliedTime, user: user, name: name, change: edits?.last, isChosen: isChosen, text: text)
  }
}

extension MemoryStatus {
  var report: MemoryReport {
    MemoryReport(
      path: path ?? "", problem: problem, bytes: bytes, written: written, lost: lost,
      lostConnections: lostConnections == 0 ? nil : lostConnections)
  }
}
