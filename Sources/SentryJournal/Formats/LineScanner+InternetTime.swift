internal import SentryPropertyList

/// Moments as RFC 3339 has them: what lines of newer system logs begin with (rsyslog's own template, `journalctl -o short-iso`).
extension LineScanner {
  var startsWithInternetTime: Bool {
    var scanner = self
    return scanner.takeInternetTime() != nil
  }

  /// Takes `2024-05-06T07:08:09.123456+02:00`. A fraction is not missed, and cut off; the zone is `Z`, `+hh:mm` or `+hhmm`.
  ///
  /// - Returns: seconds since 1970; `nil`, with nothing taken, for anything else.
  mutating func takeInternetTime() -> Double? {
    var scanner = self
    guard let days = scanner.takeDate(), scanner.take("T"), let seconds = scanner.takeClock() else { return nil }
    if scanner.take(".") { scanner.takeDigits() }
    guard let zone = scanner.takeZone() else { return nil }
    self = scanner
    return Double(days * 86_400 + seconds - zone)
  }

  /// `2024-05-06`: days since 1970.
  private mutating func takeDate() -> Int64? {
    guard let year = takeNumber(digits: 4), take("-"), let month = takeNumber(digits: 2), take("-"),
      let day = takeNumber(digits: 2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    return CivilDay.number(year: year, month: month, day: day)
  }

  /// `07:08:09`: seconds since midnight.
  private mutating func takeClock() -> Int64? {
    guard let hour = takeNumber(digits: 2), take(":"), let minute = takeNumber(digits: 2), take(":"),
      let second = takeNumber(digits: 2), hour < 24, minute < 60, second <= 60
    else { return nil }
    return hour * 3_600 + minute * 60 + second
  }

  /// Seconds east of Universal Time.
  private mutating func takeZone() -> Int64? {
    if take("Z") { return 0 }
    let isEast = take("+")
    guard isEast || take("-"), let hours = takeNumber(digits: 2), hours < 24 else { return nil }
    _ = take(":")
    guard let minutes = takeNumber(digits: 2), minutes < 60 else { return nil }
    let seconds = hours * 3_600 + minutes * 60
    return isEast ? seconds : -seconds
  }

  private mutating func takeNumber(digits: Int) -> Int64? {
    guard let text = take(count: digits), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
  }
}
