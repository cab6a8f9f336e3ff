internal import ArgumentParser
internal import SentryService

/// An address and a port as options have them.
enum PlaceArgument {
  /// - Parameters:
  ///   - port: of the examples.
  ///   - allowsRemote: the option's companion, which ends in `-for-others`, is there.
  static func check(_ text: String, of option: String, port: Int, allowsRemote: Bool) throws {
    do throws(ListenPlace.Problem) {
      _ = try ListenPlace(text, allowsRemote: allowsRemote)
    } catch {
      switch error {
      case .unreadable:
        throw ValidationError("\(option) '\(text)': expected an address and a port: 127.0.0.1:\(port), [::1]:\(port)")
      case .remote:
        throw ValidationError(
          "\(option) \(text): others than this host could read it; if that is meant, add \(option)-for-others")
      }
    }
  }
}
