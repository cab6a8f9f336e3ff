internal import SentryControl
internal import SentryPacket

/// What was said last of the documents one can go back to. To compare ten large ones takes most of a second, and pages ask often.
struct WayBackReport {
  struct Moment: Equatable {
    var generation: UInt32
    var isOnTrial: Bool
  }

  /// In seconds. The database, which may have been lost or found meanwhile, has its say after that.
  static let longestAge: Double = 60

  let moment: Moment
  let reply: DocumentsReply
  private let made = UptimeClock.now().nanoseconds

  init(moment: Moment, reply: DocumentsReply) {
    self.moment = moment
    self.reply = reply
  }

  /// In seconds.
  var age: Double { Double(UptimeClock.now().nanoseconds - made) / 1e9 }
}
