/// Hands a mail to a mail server by SMTP (RFC 5321), without encryption or a password: for a server on this host or in its own network.
///
/// All of it, from the server's name to its last answer, has one deadline.
enum MailSubmission {
  private static let patience = Duration.seconds(40)
  /// For each of several addresses.
  private static let connecting = Duration.seconds(10)

  static func send(
    _ order: MailOrder, to server: MailOrder.Server, within patience: Duration = patience
  ) async -> NoticeOutcome {
    let deadline = ContinuousClock.now + patience
    switch await HostLookup.addresses(of: server.host) {
    case .failure(let failure): return .failed(failure.text)
    case .success(let addresses):
      let places = addresses.map { $0.with(port: server.port) }
      return await Blocking.run { submit(order, to: places, of: "\(server.host):\(server.port)", deadline) }
    }
  }

  static func submit(
    _ order: MailOrder, to places: [SocketAddress], of name: String, _ deadline: ContinuousClock.Instant
  ) -> NoticeOutcome {
    do {
      let text = try MailText.text(of: order)
      try submit(order, text, over: connection(to: places, deadline))
      return .done()
    } catch let refusal as MailText.Refusal {
      return .failed(refusal.description)
    } catch let failure as TimedConnection.Failure {
      return .failed("\(name): \(failure.text)")
    } catch {
      return .failed("\(name): \(error)")
    }
  }

  /// To the first address where there is one (RFC 5321 §5.1).
  private static func connection(
    to places: [SocketAddress], _ deadline: ContinuousClock.Instant
  ) throws(TimedConnection.Failure) -> TimedConnection {
    var first: TimedConnection.Failure?
    for place in places {
      do throws(TimedConnection.Failure) {
        return try TimedConnection(to: place, connectingUntil: min(deadline, .now + connecting), deadline: deadline)
      } catch {
        first = first ?? error
      }
    }
    throw first ?? TimedConnection.Failure("it has no address")
  }

  private static func submit(
    _ order: MailOrder, _ text: String, over connection: consuming TimedConnection
  ) throws(TimedConnection.Failure) {
    var dialogue = MailDialogue(over: connection)
    try dialogue.expect(220)
    let domain = MailText.domain(order.host)
    // Whoever does not know the newer greeting knows the older one (RFC 5321 §3.2).
    if try !dialogue.offer("EHLO \(domain)", expecting: 250) { try dialogue.say("HELO \(domain)", expecting: 250) }
    try dialogue.say("MAIL FROM:<\(MailText.sender(of: order))>", expecting: 250)
    for recipient in MailText.recipients(of: order) {
      // 251: it is forwarded.
      try dialogue.say("RCPT TO:<\(recipient)>", expecting: 250, 251)
    }
    try dialogue.say("DATA", expecting: 354)
    try dialogue.say(body(text) + ".", expecting: 250)
    // The mail is the server's now, whatever it says to this.
    try? dialogue.say("QUIT", expecting: 221)
  }

  /// Lines end with carriage return and line feed; one that begins with a dot gets another (RFC 5321 §4.5.2).
  static func body(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasPrefix(".") ? ".\($0)" : $0 }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0 + "\r\n" }.joined()
  }
}
