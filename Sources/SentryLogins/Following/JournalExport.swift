/// Reads the journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS): fields of an entry each as `NAME=value`, or where the value
/// has line feeds as `NAME`, its length in eight bytes, and the value; an empty line ends the entry.
public struct JournalExport: Sendable {
  /// What is kept of an entry.
  public struct Entry: Sendable, Equatable {
    public var cursor: [UInt8] = []
    public var program: [UInt8] = []
    public var message: [UInt8] = []
    /// Seconds since 1970 when the journal got it.
    public var time: Double?
    /// Who runs the program is root.
    public var isRoots = false
  }

  /// Bytes of a field; of longer ones nothing is kept.
  public static let longest = 64 << 10
  /// A length that no field has: what comes is no export of a journal.
  private static let absurd: UInt64 = 1 << 30

  private enum State {
    case line
    case length(field: [UInt8])
    case value(field: [UInt8], left: Int)
    /// The line feed behind a value.
    case end
  }

  private var state = State.line
  private var pending: [UInt8] = []
  private var isTooLong = false
  private var entry = Entry()
  /// True once something has come that is no export of a journal; nothing is read any more then.
  public private(set) var isBroken = false

  public init() {}

  /// Hands each entry that is complete now to `body`.
  public mutating func feed(_ bytes: ArraySlice<UInt8>, _ body: (Entry) -> Void) {
    var rest = bytes
    while let byte = rest.first, !isBroken {
      switch state {
      case .line:
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
        keep(rest[rest.startIndex..<end])
        rest = rest[end...].dropFirst()
        if end < bytes.endIndex { finishLine(body) }
      case .length(let field):
        pending.append(byte)
        rest = rest.dropFirst()
        if pending.count == 8 { takeLength(of: field) }
      case .value(let field, let left):
        let part = rest.prefix(left)
        keep(part)
        rest = rest.dropFirst(part.count)
        state = .value(field: field, left: left - part.count)
        if left == part.count { finishValue(field) }
      case .end:
        isBroken = byte != UInt8(ascii: "\n")
        rest = rest.dropFirst()
        state = .line
      }
    }
  }

  private mutating func keep(_ part: ArraySlice<UInt8>) {
    guard !isTooLong else { return }
    guard pending.count + part.count <= Self.longest else {
      isTooLong = true
      pending = []
      return
    }
    pending += part
  }

  private mutating func finishLine(_ body: (Entry) -> Void) {
    defer {
      pending = []
      isTooLong = false
    }
    guard !isTooLong else { return }
    if pending.isEmpty {
      if entry != Entry() { body(entry) }
      entry = Entry()
    } else if let equals = pending.firstIndex(of: UInt8(ascii: "=")) {
      set(pending[..<equals], to: pending[(equals + 1)...])
    } else {
      state = .length(field: pending)
    }
  }

  /// Little-endian.
  private mutating func takeLength(of field: [UInt8]) {
    let length = pending.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    pending = []
    guard length < Self.absurd else { return isBroken = true }
    state = .value(field: field, left: Int(length))
    if length == 0 { finishValue(field) }
  }

  private mutating func finishValue(_ field: [UInt8]) {
    if !isTooLong { set(field[...], to: pending[...]) }
    pending = []
    isTooLong = false
    state = .end
  }

  private mutating func set(_ field: ArraySlice<UInt8>, to value: ArraySlice<UInt8>) {
    switch String(decoding: field, as: UTF8.self) {
    case "__CURSOR": entry.cursor = Array(value)
    case "__REALTIME_TIMESTAMP":
      entry.time = UInt64(String(decoding: value, as: UTF8.self)).map { Double($0) / 1_000_000 }
    case "_UID": entry.isRoots = value.elementsEqual([UInt8(ascii: "0")])
    case "MESSAGE": entry.message = Array(value)
    case "SYSLOG_IDENTIFIER": entry.program = Array(value)
    case "_COMM": if entry.program.isEmpty { entry.program = Array(value) }
    default: break
    }
  }
}
