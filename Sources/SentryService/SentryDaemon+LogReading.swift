internal import SentryControl
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket

// What the log has: read on the disk where it is kept there, else what the daemon has at hand.

extension SentryDaemon {
  /// Oldest first.
  func logLines(_ question: LogQuestion) async throws -> [LogLine] {
    guard let path = await flushedPath() else { return journal.lines(question) }
    return try await readings.run {
      var lines: [LogLine] = []
      try StoreReader(path: path).forEachNumberedEntry(
        question.filter, limit: question.limit, before: question.before
      ) { lines.append(LogLine(id: $0, entry: $1)) }
      return lines
    }
  }

  /// The same, and from there on each entry as it comes, none of them twice.
  func followedLog(_ question: LogQuestion) async throws -> FollowedEntries {
    // What comes while the others are read is among both.
    let begin = WallClock.now()
    let coming = journal.follow()
    return FollowedEntries(question.filter, latest: try await logLines(question), coming, since: begin)
  }

  func logMinutes(_ filter: EventFilter, _ steps: LogSteps) async throws -> LogMinutesReply {
    guard let path = await flushedPath() else { return steps.reply(journal.counts(filter, step: steps.step)) }
    return try await readings.run { steps.reply(try StoreReader(path: path).counts(filter, step: steps.step)) }
  }

  /// The database with all that was logged until now.
  private func flushedPath() async -> String? {
    guard memory.options.directory != nil else { return nil }
    _ = await flushMemory()
    return await readablePath()
  }
}

extension Journal {
  /// Of what is at hand.
  func lines(_ question: LogQuestion) -> [LogLine] {
    let found = numberedRecent().filter { number, entry in
      question.before.map { number < $0 } ?? true && question.filter.admits(entry)
    }
    return found.suffix(question.limit).map { LogLine(id: $0, entry: $1) }
  }

  func counts(
    _ filter: EventFilter, step: Int64
  ) -> [(step: Int64, verdict: EngineEvent.Kind?, count: Int)] {
    recent().filter(filter.admits).map { entry in
      let verdict = entry.message == nil ? EngineEvent.Kind.logged.first { $0.text == entry.action } : nil
      return (Int64(entry.time.rounded(.down)) / step, verdict, 1)
    }
  }
}
