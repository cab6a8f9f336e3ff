internal import SentryPacket
internal import SentryProcesses

/// The programs that were found behind packets, by number: those of their paths. For the packet thread only.
///
/// Numbers go up by one. The latest so many are remembered; a program that was forgotten gets a new number when it is found
/// again. So nobody can keep the others' names out by running many.
final class ApplicationBook {
  /// Paths that were added one after another.
  struct Addition: Sendable {
    /// The number of the last.
    var last: UInt32
    var paths: ArraySlice<String>
  }

  private struct Program {
    var hash: Int
    var executable: [UInt8]
    var identity: ExecutableIdentity?
    var path: String
    /// `nil` until somebody has told.
    var permission: ProgramPermission?
    /// It was told that nobody has.
    var isReported = false
  }

  private let capacity: Int
  /// That with number n is at (n - 1) modulo `capacity`.
  private var programs: [Program] = []
  private var numbers: [Int: UInt32] = [:]
  /// The number of the latest; 0 where there is none.
  private(set) var latest: UInt32 = 0

  init(capacity: Int = 1_024) { self.capacity = max(1, capacity) }

  /// The number of an executable; 0 where its path is not known. Makes nothing for one that is known.
  ///
  /// - Parameter identity: another file at the same path is another program; `nil` where that does not matter.
  func number(of executable: RawSpan, _ identity: ExecutableIdentity? = nil) -> UInt32 {
    guard executable.byteCount > 0 else { return 0 }
    let hash = Self.hash(of: executable, identity)
    if let number = numbers[hash], programs[place(of: number)].identity == identity,
      Self.isEqual(programs[place(of: number)].executable, executable)
    {
      return number
    }
    return add(executable, identity, hash)
  }

  // MARK: Permissions

  func isRemembered(_ number: UInt32) -> Bool {
    number > 0 && number <= latest && latest - number < UInt32(programs.count)
  }

  /// What a program may do; `nil` until somebody has told.
  func permission(of number: UInt32) -> ProgramPermission? {
    isRemembered(number) ? programs[place(of: number)].permission : nil
  }

  func setPermission(_ permission: ProgramPermission?, of number: UInt32) {
    if isRemembered(number) { programs[place(of: number)].permission = permission }
  }

  /// Nobody has told anything.
  func forgetPermissions() {
    for place in programs.indices {
      programs[place].permission = nil
      programs[place].isReported = false
    }
  }

  /// Whether it is to be told that nobody has said what a program may do: once.
  func isNews(_ number: UInt32) -> Bool {
    guard isRemembered(number), !programs[place(of: number)].isReported else { return false }
    programs[place(of: number)].isReported = true
    return true
  }

  /// It is to be told again when it is met again.
  func makeNews(_ number: UInt32) {
    if isRemembered(number) { programs[place(of: number)].isReported = false }
  }

  /// The path of a program; `nil` for one that was forgotten.
  func path(of number: UInt32) -> String? { isRemembered(number) ? programs[place(of: number)].path : nil }

  /// What was added after a number, as far as it is remembered.
  func additions(after number: UInt32) -> Addition {
    let count = min(Int(latest &- number), programs.count)
    let paths = (0..<count).reversed().map { programs[place(of: latest - UInt32($0))].path }
    return Addition(last: latest, paths: paths[...])
  }

  private func add(_ executable: RawSpan, _ identity: ExecutableIdentity?, _ hash: Int) -> UInt32 {
    guard latest < .max else { return 0 }
    latest += 1
    let bytes = (0..<executable.byteCount).compactMap { executable.wire8(at: $0) }
    let program = Program(
      hash: hash, executable: bytes, identity: identity, path: String(decoding: bytes, as: UTF8.self))
    let place = place(of: latest)
    if place < programs.count {
      if numbers[programs[place].hash] == latest - UInt32(capacity) { numbers[programs[place].hash] = nil }
      programs[place] = program
    } else {
      programs.append(program)
    }
    numbers[hash] = latest
    return latest
  }

  private func place(of number: UInt32) -> Int { Int(number - 1) % capacity }

  private static func hash(of executable: RawSpan, _ identity: ExecutableIdentity?) -> Int {
    var hasher = Hasher()
    hasher.combine(identity)
    for index in 0..<executable.byteCount { hasher.combine(executable.wire8(at: index) ?? 0) }
    return hasher.finalize()
  }

  private static func isEqual(_ bytes: [UInt8], _ executable: RawSpan) -> Bool {
    bytes.count == executable.byteCount && bytes.indices.allSatisfy { bytes[$0] == executable.wire8(at: $0) }
  }
}
