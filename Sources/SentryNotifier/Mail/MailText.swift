internal import Foundation
internal import SentryRules

/// A mail as text (RFC 5322, RFC 2045), lines ended by line feeds as sendmail wants them.
///
/// Whatever rules, packets and programs have said stands in the subject and the body only. There it is encoded as soon as it is more
/// than printable ASCII, so that it can neither begin a header nor end one.
enum MailText {
  /// Who gets mail that names nobody: the administrator's mailbox, which every mail system has (RFC 2142 §5 for others).
  static let administrator = "root"
  private static let longestSubject = 400
  /// Characters of a line that need not be folded (RFC 5322 §2.1.1).
  private static let usualLine = 78
  private static let longestPlainLine = 900

  enum Refusal: Error, Equatable, CustomStringConvertible {
    case address(String)

    var description: String {
      switch self {
      case .address(let address): "no mail is sent to '\(CleanText.line(address))': that is no usable address"
      }
    }
  }

  static func recipients(of order: MailOrder) -> [String] {
    order.recipients.isEmpty ? [mailbox(administrator, order)] : order.recipients.map { mailbox($0, order) }
  }

  static func sender(of order: MailOrder) -> String { mailbox(order.sender ?? administrator, order) }

  /// A name alone is completed by the mail system; for a server it must be complete (RFC 5321 §4.1.2, "Mailbox").
  private static func mailbox(_ address: String, _ order: MailOrder) -> String {
    guard case .server = order.way, address == administrator else { return address }
    return "\(address)@\(domain(order.host))"
  }

  static func text(of order: MailOrder, id: UUID = UUID()) throws(Refusal) -> String {
    for address in order.recipients + [order.sender].compactMap(\.self) where !isAllowed(address) {
      throw .address(address)
    }
    let subject = header(named: "Subject", String(CleanText.line(order.subject).prefix(longestSubject)))
    let (encoding, body) = encoded(order.body)
    let headers = [
      "From: sentry <\(sender(of: order))>", "To: \(recipients(of: order).joined(separator: ", "))", subject,
      "Date: \(date(order.time))",
      "Message-ID: <\(id.uuidString.lowercased())@\(domain(order.host))>",
      "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: \(encoding)",
    ]
    return headers.joined(separator: "\n") + "\n\n" + body
  }

  private static func isAllowed(_ address: String) -> Bool {
    address == administrator || MailAddress.isUsable(address)
  }

  // MARK: Headers

  /// A header with a text that may be anything: as encoded words (RFC 2047) unless it is short printable ASCII.
  static func header(named name: String, _ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
    if isPlain, name.utf8.count + 2 + text.utf8.count <= usualLine { return "\(name): \(text)" }
    return "\(name): " + encodedWords(text).joined(separator: "\n ")
  }

  /// Each has whole characters, and at most 75 bytes (RFC 2047 §2).
  private static func encodedWords(_ text: String) -> [String] {
    var words: [String] = []
    var part: [UInt8] = []
    func end() {
      guard !part.isEmpty else { return }
      words.append("=?utf-8?B?\(Data(part).base64EncodedString())?=")
      part = []
    }
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if part.count + bytes.count > 45 { end() }
      part += bytes
    }
    end()
    return words
  }

  /// `Sun, 22 Nov 2026 07:56:49 +0000` (RFC 5322 §3.3).
  static func date(_ seconds: Double) -> String {
    let bounded = seconds.isNaN ? 0 : min(max(seconds, 0), 253_402_214_400)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
    return formatter.string(from: Date(timeIntervalSince1970: bounded))
  }

  /// The name of this host as it may stand in a message's identifier.
  static func domain(_ host: String) -> String {
    let letters = host.unicodeScalars.filter {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789-.".contains(Character($0)))
    }
    return letters.isEmpty ? "localhost" : String(String.UnicodeScalarView(letters))
  }

  // MARK: Body

  /// As it is if it is ASCII in lines of a usual length, else in base 64 (RFC 2045 §6.8).
  private static func encoded(_ body: String) -> (encoding: String, body: String) {
    let lines = CleanText.lines(body)
    let text = lines.joined(separator: "\n")
    let isPlain = text.utf8.allSatisfy { $0 < 0x80 } && lines.allSatisfy { $0.utf8.count <= longestPlainLine }
    if isPlain { return ("7bit", text.hasSuffix("\n") ? text : text + "\n") }
    return (
      "base64",
      Data(text.utf8).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed]) + "\n"
    )
  }
}
