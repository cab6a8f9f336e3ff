internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryNotifier
internal import SentryRules

/// Makes mails of notifications: the first of a minute go out by themselves, the others are gathered into one for each recipient.
struct MailDesk {
  private struct Digest {
    var recipients: [String]
    /// The first of the notices; `nil` if there are none, only some that were too many.
    var first: Notice?
    var lines: [String] = []
    /// Notices that are not shown.
    var more = 0
    /// What else is to be said: how many notifications of a rule were too many.
    var suppressed: [String] = []
  }

  private static let linesShown = 100
  /// Bytes of them, so that a mail always fits into a request, whatever JSON escapes.
  private static let bytesShown = 48_000
  /// Characters of a subject, of which fewer are shown.
  private static let longestSubject = 1_000
  static let title = "--- Sentry Security Alert ---"

  private let way: MailOrder.Way
  private let host: String
  private let format = TextLogFormat()
  private var settings: Settings
  private var sent = 0
  private var digests: [Digest] = []

  init(way: MailOrder.Way, host: String, settings: Settings) {
    (self.way, self.host, self.settings) = (way, host, settings)
  }

  mutating func follow(_ settings: Settings) { self.settings = settings }

  /// The mail to send now; `nil` if the notice waits for the end of the minute.
  mutating func mail(_ notice: Notice) -> MailOrder? {
    let recipients = recipients(of: notice.label)
    guard sent >= settings.mailsPerMinute else {
      sent += 1
      return order(to: recipients, subject: subject(notice), lines: [line(notice)], time: notice.entry.time)
    }
    let index = digest(to: recipients)
    if digests[index].first == nil { digests[index].first = notice }
    if digests[index].lines.count < Self.linesShown {
      digests[index].lines.append(line(notice))
    } else {
      digests[index].more += 1
    }
    return nil
  }

  /// The number of the digest for these recipients.
  private mutating func digest(to recipients: [String]) -> Int {
    if let index = digests.firstIndex(where: { $0.recipients == recipients }) { return index }
    digests.append(Digest(recipients: recipients))
    return digests.endIndex - 1
  }

  /// What was gathered in the minute that is over.
  ///
  /// - Parameters:
  ///   - suppressed: mails of rules that were too many; who would have got them is told how many there were.
  ///   - time: seconds since 1970.
  mutating func endMinute(suppressed: [(rule: RuleLabel, count: UInt64)], time: Double) -> [MailOrder] {
    defer {
      sent = 0
      digests = []
    }
    for (rule, count) in suppressed {
      let index = digest(to: recipients(of: rule))
      let name = rule.text.prefix(Self.longestSubject)
      digests[index].suppressed.append("and \(counted(count, "more notification")) of rule \(name)")
    }
    return digests.map { order($0, time: time) }
  }

  private func order(_ digest: Digest, time: Double) -> MailOrder {
    let count = digest.lines.count + digest.more
    let rest = digest.more > 0 ? ["and \(grouped(digest.more)) more"] : []
    let subject =
      switch (digest.first, count) {
      // One alone is a mail like the others.
      case (let first?, 1): subject(first)
      case (nil, _): "\(Self.title) \(host): more notifications than are sent in a minute"
      default: "\(Self.title) \(host): \(counted(count, "more event")) within a minute"
      }
    return order(
      to: digest.recipients, subject: subject, lines: digest.lines + rest + digest.suppressed,
      time: digest.first?.entry.time ?? time)
  }

  /// The parameter is the recipient if it has an @ (docs/Classic.md, "Actions").
  private func recipients(of rule: RuleLabel) -> [String] {
    let parameter = Substring(rule.parameter).trimmed
    return parameter.contains("@") ? [String(parameter)] : settings.mailTo
  }

  private func subject(_ notice: Notice) -> String {
    let comment = notice.label.parameter.contains("@") ? "" : notice.label.parameter
    let parts = [Self.title, "\(host):", notice.label.text] + (comment.isEmpty ? [] : [comment])
    let text = parts.joined(separator: " ")
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.longestSubject)))
  }

  /// As many of the lines as there is room for, and how many there are besides.
  private static func fitting(_ lines: [String]) -> [String] {
    var room = bytesShown
    let kept = lines.prefix { line in
      room -= line.utf8.count + 1
      return room >= 0
    }
    let more = lines.count - kept.count
    guard more > 0 else { return lines }
    return Array(kept) + ["and \(counted(more, "more line")), for which there is no room"]
  }

  private func line(_ notice: Notice) -> String { format.line(notice.entry) ?? notice.alertText }

  private func order(to recipients: [String], subject: String, lines: [String], time: Double) -> MailOrder {
    let body = (Self.fitting(lines) + ["", "-- ", "sentry on \(host)"]).joined(separator: "\n") + "\n"
    return MailOrder(
      way: way, sender: settings.mailFrom, recipients: recipients, subject: subject, body: body, time: time, host: host)
  }
}
