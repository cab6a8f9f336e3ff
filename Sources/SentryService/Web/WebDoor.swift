package import SentryControl
package import SentryPacket
internal import Synchronization

/// The way from the control socket to the web pages: links, each good once, for who asked on the control socket.
package final class WebDoor: Sendable {
  /// How long a link is good.
  package static let linkSeconds: Int64 = 300
  /// Links that wait to be followed; further ones take the place of the oldest.
  static let linksAtMost = 16

  private struct Link: Sendable {
    var token: WebToken
    var user: String
    /// On a clock that nobody sets.
    var end: Timestamp
  }

  private struct State: Sendable {
    var address: String?
    var links: [Link] = []
  }

  private let state = Mutex(State())

  /// Where the pages are to be had, as a browser has it; `nil` as long as they are not.
  package var address: String? {
    get { state.withLock(\.address) }
    set {
      state.withLock { state in
        state.address = newValue
        if newValue == nil { state.links = [] }
      }
    }
  }

  /// - Parameter user: whoever follows the link acts as this user.
  /// - Returns: `nil` where no pages are to be had.
  package func link(for user: String, now: Timestamp = UptimeClock.now()) -> LinkReply? {
    let token = WebToken()
    let address = state.withLock { state -> String? in
      guard let address = state.address else { return nil }
      state.links.removeAll { $0.end <= now }
      if state.links.count >= Self.linksAtMost { state.links.removeFirst() }
      state.links.append(Link(token: token, user: user, end: now.adding(seconds: Self.linkSeconds)))
      return address
    }
    return address.map {
      LinkReply(url: "\($0)/#open=\(token.text)", expires: WallClock.seconds() + Double(Self.linkSeconds))
    }
  }

  /// Takes a link's token, which is worth nothing afterwards.
  ///
  /// - Returns: who may come in; `nil` if it is wrong, too old or was taken already.
  package func take(_ text: String, now: Timestamp = UptimeClock.now()) -> String? {
    state.withLock { state in
      var found: Int?
      // Every link is looked at, whichever it is: how long that takes tells nothing.
      for (index, link) in state.links.enumerated() where link.token.matches(text) { found = index }
      guard let found else { return nil }
      let link = state.links.remove(at: found)
      return link.end > now ? link.user : nil
    }
  }
}

/// What nobody can guess: 256 random bits of the system's generator, as hexadecimal digits.
package struct WebToken: Sendable {
  package let text: String

  package init() {
    var generator = SystemRandomNumberGenerator()
    let digits = Array("0123456789abcdef")
    text = String((0..<64).map { _ in digits[Int(generator.next(upperBound: UInt8(16)))] })
  }

  /// Takes as long for any text of this length.
  package func matches(_ other: String) -> Bool {
    guard other.utf8.count == text.utf8.count else { return false }
    return zip(text.utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
