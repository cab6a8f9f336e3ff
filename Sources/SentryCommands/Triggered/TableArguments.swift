internal import ArgumentParser
internal import SentryControl
internal import SentryPacket
internal import SentryState

/// `--table` of the commands about one table.
struct TableOption: ParsableArguments {
  @Option(
    name: .customLong("table"),
    help: ArgumentHelp("Which table: trigger, address, authorize or invalid.", valueName: "table"),
    transform: TableOption.table(named:))
  var kind = AddressTableKind.trigger

  static func table(named name: String) throws -> AddressTableKind {
    guard let kind = AddressTableKind.allCases.first(where: { $0.name == name }) else {
      throw ValidationError("no table is called '\(name)': there are \(names)")
    }
    return kind
  }

  static let names = AddressTableKind.allCases.map(\.name).joined(separator: ", ")

  /// On the control socket.
  var path: String { "\(ControlPath.tables)/\(kind.name)" }
}

/// Arguments as people write them.
enum TableArgument {
  static func range(_ text: String) throws -> AddressRange {
    do throws(AddressRangeTextError) {
      return try AddressRange(text)
    } catch {
      throw ValidationError(error.message(about: text))
    }
  }

  static func duration(_ text: String) throws -> AddressDuration {
    guard let duration = AddressDuration(text: text) else {
      throw ValidationError("'\(text)' is no duration; expected seconds, 90s, 10m, 1h, 2d or the like, or unlimited")
    }
    return duration
  }
}

extension AddressDuration {
  /// As the control socket reads it.
  var argument: String { seconds.map(String.init) ?? "unlimited" }
}
