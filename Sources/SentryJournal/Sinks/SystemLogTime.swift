internal import Foundation

/// Writes moments as lines of the system's log begin: `May  6 07:08:09` (RFC 3164 §4.1.2).
struct SystemLogTime {
  private let calendar: Calendar

  init(timeZone: TimeZone) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    self.calendar = calendar
  }

  func text(secondsSince1970 seconds: Double) -> String {
    let date = Date(timeIntervalSince1970: LocalTime.bounded(seconds))
    let parts = calendar.dateComponents([.month, .day, .hour, .minute, .second], from: date)
    let month = IPFWLogFormat.months[(parts.month ?? 1) - 1]
    return String(
      format: "%@ %2d %02d:%02d:%02d", month, parts.day ?? 1, parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
  }
}
