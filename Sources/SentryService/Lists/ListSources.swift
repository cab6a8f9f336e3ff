internal import SentryNotifier
internal import SentryProcesses
internal import SentryRules

/// What a look at a list's source has found.
enum ListLook: Sendable {
  case content([UInt8], tag: String?, lastModified: String?)
  /// The copy that is known goes on.
  case unchanged
  /// Why there is none, and in how many seconds its server wants to be asked again, if it says so.
  case failed(String, retrySeconds: Int? = nil)
}

/// Looks at where lists come from: pages by a process without any right, which ends when it has answered; files of this host directly.
struct ListSources: Sendable {
  /// Bytes that a list may have, unpacked.
  static let longest = 32 << 20
  /// Seconds that a page may take.
  var patience = 60
  private let options: NotificationOptions
  private let confinement: Confinement?
  /// More than the page may take, for starting the process and ending it.
  private static let grace = 10
  /// Seconds after which a look at a page is over, whatever comes.
  var longestLook: Int { patience + Self.grace }

  init(_ options: NotificationOptions) {
    self.options = options
    confinement = NotificationRoute.confinement(of: options.user)
  }

  /// - Parameter known: the copy that is in force, if it is of this source.
  func look(at source: ListSubscription.Source, known: ListStore.Origin?) async -> ListLook {
    switch source {
    case .file(let path): await Task.detached { Self.read(path, known: known?.tag) }.value
    case .page(let url):
      await fetch(
        ListOrder(
          url: url, tag: known?.tag, lastModified: known?.lastModified, longest: Self.longest, patience: patience))
    }
  }

  private static func read(_ path: String, known: String?) -> ListLook {
    do throws(ListFile.Failure) {
      let file = try ListFile.read(path, longest: longest, unless: known)
      return file.tag == known ? .unchanged : .content(file.bytes, tag: file.tag, lastModified: nil)
    } catch {
      return .failed("\(path): \(error.reason)")
    }
  }

  // MARK: The process

  private func fetch(_ order: ListOrder) async -> ListLook {
    guard let confinement else { return .failed("there is no user '\(options.user)' without rights to fetch it") }
    let client: NotifierClient
    do throws(ProcessError) {
      client = try NotifierClient(confinement, command: options.command)
    } catch {
      return .failed("the process that fetches it does not start: \(error)")
    }
    guard client.send(NoticeRequest(number: 1, work: .list(order))) == .sent else {
      return .failed("the process that fetches it has ended")
    }
    let alarm = Task { [patience] in
      try await Task.sleep(for: .seconds(patience + Self.grace))
      client.close()
    }
    defer {
      alarm.cancel()
      client.close()
    }
    return await withTaskCancellationHandler {
      await Self.gather(client, order)
    } onCancel: {
      client.close()
    }
  }

  private static func gather(_ client: NotifierClient, _ order: ListOrder) async -> ListLook {
    var bytes: [UInt8] = []
    for await reply in client.replies {
      guard let answer = reply.list else { continue }
      if let part = answer.bytes { bytes += part }
      // The process is not trusted to keep to it.
      guard bytes.count <= order.longest else { return .failed("it is longer than \(order.longest) bytes") }
      switch answer.ending {
      case nil: continue
      case .complete(let tag, let lastModified): return .content(bytes, tag: tag, lastModified: lastModified)
      case .unchanged: return .unchanged
      case .failed(let text, let seconds): return .failed(text, retrySeconds: seconds)
      }
    }
    return .failed("the process that fetches it has ended, or had no answer in time")
  }
}
