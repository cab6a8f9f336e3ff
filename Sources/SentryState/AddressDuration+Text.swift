// How durations are written: on command lines, and in address lists.

extension AddressDuration {
  /// The durations of the classic program, by its index (docs/Classic.md, "Address tables").
  public static let classic = ([nil, 60, 600, 3_600, 36_000, 86_400, 864_000] as [UInt32?])
    .map { AddressDuration(seconds: $0) }

  /// Reads `3600`, `90s`, `10m`, `1h`, `2d` or `unlimited`: whole numbers from 1, a bare one of seconds; `nil` for anything else
  /// and for more than 4 294 967 295 seconds.
  public init?(text: some StringProtocol) {
    if text == "unlimited" {
      self = .unlimited
    } else if let seconds = Self.seconds(in: text, bareUnit: 1) {
      self.init(seconds: seconds)
    } else {
      return nil
    }
  }

  /// Reads the duration of a line in an address list: an index of `classic`, or as above with a unit. A larger bare number could
  /// be either, and is neither.
  public init?(listText text: some StringProtocol) {
    if text.utf8.count == 1, let index = Int(text), Self.classic.indices.contains(index) {
      self = Self.classic[index]
    } else if text == "unlimited" {
      self = .unlimited
    } else if let seconds = Self.seconds(in: text, bareUnit: nil) {
      self.init(seconds: seconds)
    } else {
      return nil
    }
  }

  /// What `init(listText:)` reads as this duration: the classic index if there is one, else seconds with their unit, `7200s`.
  public var listText: String {
    if let index = Self.classic.firstIndex(of: self) { return "\(index)" }
    return seconds.map { "\($0)s" } ?? "unlimited"
  }

  /// 1...4 294 967 295; a number without a unit is taken times `bareUnit`, or is `nil`.
  private static func seconds(in text: some StringProtocol, bareUnit: UInt64?) -> UInt32? {
    let unit: UInt64? =
      switch text.last {
      case "s": 1
      case "m": 60
      case "h": 3_600
      case "d": 86_400
      default: nil
      }
    let digits = unit == nil ? text[...] : text.dropLast()
    // Ten digits at most: their product with a day fits.
    guard let unit = unit ?? bareUnit, (1...10).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = UInt64(digits)
    else { return nil }
    let seconds = number * unit
    return seconds == 0 ? nil : UInt32(exactly: seconds)
  }
}
