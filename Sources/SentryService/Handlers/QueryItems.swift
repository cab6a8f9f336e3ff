internal import Hummingbird
internal import SentryPacket

// What callers say behind the path, read; what cannot be is answered with the reason.

extension Request {
  /// `nil` if it is not said, or empty.
  func item(_ name: String) -> String? {
    uri.queryParameters[Substring(name)].flatMap { $0.isEmpty ? nil : String($0) }
  }

  func number(_ name: String, within range: ClosedRange<Int>) throws(HTTPError) -> Int? {
    guard let text = item(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw HTTPError(
        .badRequest,
        message: "'\(text)' is no \(name): expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// One of a few words.
  func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ type: Choice.Type
  ) throws(HTTPError) -> Choice? {
    guard let text = item(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw HTTPError(.badRequest, message: "'\(text)' is no \(name): there are \(words)")
    }
    return choice
  }

  /// Seconds since 1970, with or without a fraction.
  func moment(_ name: String) throws(HTTPError) -> Timestamp? {
    guard let text = item(name) else { return nil }
    guard let seconds = Double(text), seconds.isFinite, abs(seconds) < 9e9 else {
      throw HTTPError(.badRequest, message: "'\(text)' is no moment: expected seconds since 1970")
    }
    return Timestamp(nanoseconds: Int64((seconds * 1e6).rounded()) * 1_000)
  }

  func range(_ name: String) throws(HTTPError) -> AddressRange? {
    guard let text = item(name) else { return nil }
    return try Argument.ranges([text])[0]
  }
}
