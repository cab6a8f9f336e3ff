internal import Foundation
internal import SentryPacket

/// A file of Mac OS X Server's adaptive firewall, afctl(8): af.plist(5), or one of its lists.
///
/// A list has an address or net a line, and what else is known of it behind blanks: of a blacklist, when its time is over, and the
/// number of a rule of ipfw. Lines that begin with `#` are comments.
public struct AdaptiveFirewallFile {
  /// As `sentry triggered import` reads them.
  public private(set) var lines: [String] = []
  /// What cannot be taken over, with its place.
  public private(set) var problems: [String] = []

  /// How many entries were left out, as their time is over.
  public private(set) var overCount = 0

  private let fileName: String
  private let now: Double

  /// - Parameters:
  ///   - now: seconds since 1970: whose time is over is left out.
  public init(_ bytes: [UInt8], fileName: String, now: Double) {
    (self.fileName, self.now) = (fileName, now)
    // Safe: nothing is written, for no format is asked for.
    if let list = try? unsafe PropertyListSerialization.propertyList(from: Data(bytes), format: nil),
      let settings = list as? [String: Any]
    {
      take(settings)
    } else if bytes.starts(with: Array("<?xml".utf8)) || bytes.starts(with: Array("bplist".utf8)) {
      problems.append("\(fileName): error: this property list cannot be read")
    } else {
      takeList(String(decoding: bytes, as: UTF8.self))
    }
  }

  // MARK: af.plist

  /// Minutes as text, as all its values are.
  private mutating func take(_ settings: [String: Any]) {
    func text(_ key: String) -> String? { settings[key].map { "\($0)" } }
    if let minutes = text("default_timeout") {
      if let number = Int(minutes), (1...525_600).contains(number) {
        lines.append("# for your document: settings = { logins = { block = \(number)m; }; }")
      } else {
        problems.append(
          "\(fileName): error: default_timeout must be minutes from 1 to 525600, found '\(shown(minutes))'")
      }
    }
    // The key is written so in the manual.
    let lists = [text("blacklist_file"), text("whitlist_file") ?? text("whitelist_file")].compactMap(\.self)
    if lists.isEmpty, settings["default_timeout"] == nil {
      problems.append("\(fileName): error: no key of the adaptive firewall is in this property list")
    }
    if !lists.isEmpty { lines.append("# its lists: \(lists.map(shown).joined(separator: " "))") }
  }

  // MARK: Lists

  private mutating func takeList(_ text: String) {
    let isAllowed = fileName.lowercased().contains("white")
    var number = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      let words = line.split { $0 == " " || $0 == "\t" }
      guard let first = words.first, first.first != "#" else { continue }
      do throws(AddressRangeTextError) {
        let range = try AddressRange(first)
        let rest = words.dropFirst().joined(separator: " ")
        if isAllowed {
          lines.append("\(range)\tauthorize\tallowed by af\tunlimited")
        } else {
          let end = Self.seconds(in: rest)
          if end == nil, !rest.isEmpty {
            problems.append(
              "\(fileName):\(number): error: '\(shown(rest))' is no time: \(range) is blocked without an end")
          }
          takeBlocked(range, end)
        }
      } catch {
        problems.append("\(fileName):\(number): error: \(error.message(about: shown(String(first))))")
      }
    }
  }

  private mutating func takeBlocked(_ range: AddressRange, _ end: Double?) {
    guard let end else { return lines.append("\(range)\ttrigger\tblacklist of af") }
    let left = (end - now).rounded()
    if left < 1 { overCount += 1 }
    if left >= 1, left < 4e9 { lines.append("\(range)\ttrigger\tblacklist of af\t\(Int(left))s") }
  }

  /// When the time of an entry is over, in seconds since 1970: written so, or as `2012-06-01 10:15:00 +0000`, or as ctime(3) has it.
  private static func seconds(in text: String) -> Double? {
    if let word = text.split(separator: " ").first, let number = Double(word), number >= 1e9, number < 1e11 {
      return number
    }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    let words = text.split(separator: " ").map(String.init)
    for (format, count) in [("yyyy-MM-dd HH:mm:ss Z", 3), ("EEE MMM d HH:mm:ss yyyy", 5)] {
      formatter.dateFormat = format
      let part = words.prefix(count).joined(separator: " ")
      if let date = formatter.date(from: part) { return date.timeIntervalSince1970 }
    }
    return nil
  }

  private func shown(_ text: String) -> String { String(text.prefix(60).map { $0.isNewline || $0 < " " ? "?" : $0 }) }
}
