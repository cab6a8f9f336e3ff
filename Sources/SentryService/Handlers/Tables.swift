internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryPacket
internal import SentryState

extension Router where Context: CallerContext {
  func answerTables(from daemon: SentryDaemon) {
    let path = RouterPath(ControlPath.tables + "/{table}")

    get(path) { _, context in try Response.json(await daemon.table(context.table())) }

    post(path) { request, context in
      let table = try context.table()
      let wanted = try await request.decoded(
        TableAddRequest.self, like: #"{"addresses": ["192.0.2.7"], "duration": "1h", "note": "why"}"#)
      let duration = try wanted.duration.map { try Argument.duration($0) }
      let ranges = try Argument.ranges(wanted.addresses)
      let objection = AddressObjection(
        to: ranges, in: table, own: LocalAddresses.own(), protected: await daemon.protectedAddresses,
        isForced: wanted.force == true)
      if let objection { throw objection }
      return try Response.json(
        await daemon.add(
          ranges, to: table, duration: duration, note: wanted.note ?? "by hand", matchCount: wanted.matchCount ?? 0))
    }

    delete(path) { request, context in
      let table = try context.table()
      // A body that got lost must not clear a table.
      let forms = #"{"addresses": ["192.0.2.7"]}, or {"all": true} to clear the table"#
      let wanted = try await request.decoded(TableRemoveRequest.self, like: forms)
      switch (wanted.addresses, wanted.all) {
      case (nil, true?): return try Response.json(await daemon.clear(table))
      case (let addresses?, nil): return try Response.json(await daemon.remove(Argument.ranges(addresses), from: table))
      default: throw HTTPError(.badRequest, message: "expected \(forms)")
      }
    }
  }
}

extension CallerContext {
  /// The table that the path names.
  fileprivate func table() throws -> AddressTableKind { try Argument.table(parameters.get("table") ?? "") }
}

/// What callers say of tables, read; what cannot be is answered with the reason.
enum Argument {
  static func table(_ name: String) throws(HTTPError) -> AddressTableKind {
    guard let kind = AddressTableKind.allCases.first(where: { $0.name == name }) else {
      let names = AddressTableKind.allCases.map(\.name).joined(separator: ", ")
      throw HTTPError(.notFound, message: "no table is called '\(name)': there are \(names)")
    }
    return kind
  }

  static func duration(_ text: String) throws(HTTPError) -> AddressDuration {
    guard let duration = AddressDuration(text: text) else {
      throw HTTPError(
        .badRequest, message: "'\(text)' is no duration; expected seconds, 10m, 1h or the like, or unlimited")
    }
    return duration
  }

  /// At least one.
  static func ranges(_ texts: [String]) throws(HTTPError) -> [AddressRange] {
    guard !texts.isEmpty else { throw HTTPError(.badRequest, message: "no address is given") }
    var ranges: [AddressRange] = []
    for text in texts {
      do throws(AddressRangeTextError) {
        ranges.append(try AddressRange(text))
      } catch {
        throw HTTPError(.badRequest, message: error.message(about: text))
      }
    }
    return ranges
  }
}

extension Request {
  /// The body as JSON; `example` tells a caller that sent something else what is expected.
  func decoded<Wanted: Decodable>(_ type: Wanted.Type, like example: String) async throws -> Wanted {
    guard let wanted = try await decodedIfPresent(type, like: example) else {
      throw HTTPError(.badRequest, message: "expected \(example)")
    }
    return wanted
  }

  /// `nil` without a body.
  func decodedIfPresent<Wanted: Decodable>(
    _ type: Wanted.Type, like example: String
  ) async throws -> Wanted? {
    let body = try await body.collect(upTo: ControlLimit.requestBytes)
    guard body.readableBytes > 0 else { return nil }
    guard let wanted = try? JSONDecoder().decode(type, from: Data(body.readableBytesView)) else {
      throw HTTPError(.badRequest, message: "expected \(example)")
    }
    return wanted
  }
}
