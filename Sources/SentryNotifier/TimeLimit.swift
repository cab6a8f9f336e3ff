/// Work that is given up when its time is over.
enum TimeLimit {
  /// - Returns: `nil` if the time is over, or the task is cancelled: then the work is cancelled, too, and not waited for.
  static func run<Value: Sendable>(
    _ patience: Duration, _ work: @escaping @Sendable () async -> Value
  ) async -> Value? {
    let (answers, continuation) = AsyncStream.makeStream(of: Value?.self, bufferingPolicy: .bufferingOldest(1))
    let work = Task { continuation.yield(await work()) }
    let alarm = Task {
      try await Task.sleep(for: patience)
      continuation.yield(nil)
    }
    defer {
      alarm.cancel()
      work.cancel()
    }
    for await answer in answers { return answer }
    return nil
  }
}
