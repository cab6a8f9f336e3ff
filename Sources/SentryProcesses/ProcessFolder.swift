internal import CProcess
internal import Foundation
internal import Glibc

/// What `/proc` says of processes, their open sockets and their executables (proc(5)).
@safe
struct ProcessFolder {
  /// One open file of one process.
  struct Holder: Equatable {
    var process: UInt32
    var file: UInt32
  }

  enum Search: Equatable {
    case found(Holder)
    /// No process has it open.
    case nobody
    /// None that we may look at has it open.
    case hidden
  }

  let path: String

  init(path: String = "/proc") { self.path = path }

  /// Who has a socket open: of several processes the one with the lowest number. Where none has, threads that keep files of their own
  /// are looked at, which count as processes then.
  func holder(ofSocket inode: UInt32) -> Search {
    let name = Self.name(ofSocket: inode)
    let processes = processes
    var isHidden = false
    for process in processes {
      let (file, code) = Self.file(in: "\(path)/\(process)/fd", linkedTo: name)
      if let file { return .found(Holder(process: process, file: file)) }
      if code == EACCES || code == EPERM { isHidden = true }
    }
    for process in processes {
      for thread in threads(of: process) where thread != process && !sharesFiles(thread, with: process) {
        if let holder = holder(ofSocket: inode, in: thread) { return .found(holder) }
      }
    }
    return isHidden ? .hidden : .nobody
  }

  /// The numbers of a process' threads, its own first; a thread is found in `path` by its number, too.
  private func threads(of process: UInt32) -> [UInt32] { numbers(in: "\(path)/\(process)/task") }

  /// A thread may leave its process' table of files for one of its own (unshare(2)), and has the only one if the first has ended.
  private func sharesFiles(_ thread: UInt32, with process: UInt32) -> Bool {
    sentry_compare_files(Int32(bitPattern: thread), Int32(bitPattern: process)) == 0
  }

  /// Its file, if that process has the socket open, as far as that is ours to see.
  func holder(ofSocket inode: UInt32, in process: UInt32) -> Holder? {
    Self.file(in: "\(path)/\(process)/fd", linkedTo: Self.name(ofSocket: inode)).file.map {
      Holder(process: process, file: $0)
    }
  }

  /// The number that a process got last; `nil` where that is not told (proc_loadavg(5)).
  var latest: UInt32? {
    let words = String(decoding: Self.contents("\(path)/loadavg", longest: 96), as: UTF8.self).split(separator: " ")
    return words.last.flatMap { UInt32($0.filter(\.isNumber)) }
  }

  /// The first bytes of a file; none if it cannot be read.
  private static func contents(_ path: String, longest: Int) -> [UInt8] {
    // Safe: Swift passes `path` as a terminated string that lives during the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return unsafe [UInt8](unsafeUninitializedCapacity: longest) { buffer, count in
      // Safe: the call writes at most as many bytes as the buffer holds, and says how many.
      count = unsafe max(0, read(descriptor, buffer.baseAddress, longest))
    }
  }

  /// The numbers of all processes, the lowest first.
  var processes: [UInt32] { numbers(in: path) }

  private func numbers(in folder: String) -> [UInt32] {
    var numbers: [UInt32] = []
    // Safe: the names are not looked at.
    _ = unsafe Self.forEachNumber(in: folder) { number, _, _ in
      numbers.append(number)
      return true
    }
    return numbers.sorted()
  }

  /// The numbers of a process' open files.
  func files(of process: Int32) -> [Int32] {
    var files: [Int32] = []
    // Safe: the names are not looked at.
    _ = unsafe Self.forEachNumber(in: "\(path)/\(process)/fd") { number, _, _ in
      if let file = Int32(exactly: number) { files.append(file) }
      return true
    }
    return files
  }

  /// The inodes of a process' open sockets, in the order of their files' numbers.
  func sockets(of process: UInt32) -> [UInt32] {
    guard let number = Int32(exactly: process) else { return [] }
    return files(of: number).sorted().compactMap { file in
      // The longest is `socket:[4294967295]`.
      guard let link = Self.link(at: AT_FDCWD, "\(path)/\(process)/fd/\(file)", longest: 32) else { return nil }
      let text = String(decoding: link, as: UTF8.self)
      return text.hasPrefix("socket:[") && text.hasSuffix("]") ? UInt32(text.dropFirst(8).dropLast()) : nil
    }
  }

  /// We may see which files a process has open.
  func mayLook(into process: UInt32) -> Bool {
    // Safe: no name is looked at.
    let code = unsafe Self.forEachNumber(in: "\(path)/\(process)/fd") { _, _, _ in false }
    return code != EACCES && code != EPERM
  }

  /// What a process is called: the first 15 bytes of its executable's name, unless it has chosen another.
  func name(of process: UInt32) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(process)/comm").map {
      String(decoding: $0.dropLast(), as: UTF8.self)
    }
  }

  /// What a process says of itself: the first of its arguments, which some programs overwrite.
  func title(of process: UInt32) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(process)/cmdline").map {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The process that started it, or took it over after the end of that one; `nil` for the first.
  func parent(of process: UInt32) -> UInt32? {
    guard let status = FileManager.default.contents(atPath: "\(path)/\(process)/stat") else { return nil }
    // Number, name in parentheses (which may have any characters), state, parent.
    let fields = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 1, let parent = UInt32(fields[1]), parent > 0 else { return nil }
    return parent
  }

  /// What a variable of its environment was when the process began; `nil` if there was none, or it is not ours to see.
  func variable(_ name: String, of process: UInt32) -> String? {
    guard let environment = FileManager.default.contents(atPath: "\(path)/\(process)/environ") else { return nil }
    let entry = environment.split(separator: 0).first { $0.starts(with: Data("\(name)=".utf8)) }
    return entry.map { String(decoding: $0.dropFirst(name.utf8.count + 1), as: UTF8.self) }
  }

  /// Whether that file of that process is still this socket.
  func isHeld(_ inode: UInt32, by holder: Holder) -> Bool {
    Self.link(at: AT_FDCWD, "\(path)/\(holder.process)/fd/\(holder.file)", is: Self.name(ofSocket: inode))
  }

  private static func name(ofSocket inode: UInt32) -> [UInt8] { Array("socket:[\(inode)]".utf8) }

  private static func link(at folder: Int32, _ name: String, is text: [UInt8]) -> Bool {
    // Safe: Swift passes `name` as a terminated string that lives during the call.
    unsafe name.withCString { unsafe link(at: folder, $0, is: text) }
  }

  /// This is done for all files of all processes, so nothing is kept.
  @unsafe
  private static func link(at folder: Int32, _ name: UnsafePointer<CChar>, is text: [UInt8]) -> Bool {
    // One byte more, so that a longer text is not taken for it.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { buffer in
      // Safe: the call writes at most as many bytes as the buffer holds, and says how many; only those are read.
      guard let start = buffer.baseAddress, unsafe readlinkat(folder, name, start, buffer.count) == text.count
      else { return false }
      return unsafe memcmp(start, text, text.count) == 0
    }
  }

  /// The number of the file in a folder that is a link to a text, and 0 or why the folder cannot be read: an `errno`.
  private static func file(in path: String, linkedTo text: [UInt8]) -> (file: UInt32?, code: Int32) {
    var found: UInt32?
    // Safe: each name lives during the call that it is handed to.
    let code = unsafe forEachNumber(in: path) { file, folder, name in
      if unsafe link(at: folder, name, is: text) { found = file }
      return found == nil
    }
    return (found, code)
  }

  /// Where a symbolic link leads, cut off at `longest` bytes.
  static func link(at folder: Int32, _ name: String, longest: Int) -> [UInt8]? {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: longest) { buffer, count in
      // Safe: the call writes at most as many bytes as the buffer holds, and says how many.
      let written = unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
        unsafe buffer.baseAddress.map { unsafe readlinkat(folder, name, $0, longest) } ?? -1
      }
      count = max(0, written)
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Hands over the numbers among the names in a folder, each with a descriptor of the folder and the name, until `body` says
  /// that it is enough.
  ///
  /// - Returns: 0, or why the folder cannot be read: an `errno`.
  @unsafe
  private static func forEachNumber(
    in path: String, _ body: (UInt32, Int32, UnsafePointer<CChar>) -> Bool
  ) -> Int32 {
    // Safe: Swift passes `path` as a terminated string that lives during the call.
    guard let folder = unsafe opendir(path) else { return errno }
    // Safe: the folder was opened above, and is closed only here.
    defer { _ = unsafe closedir(folder) }
    let descriptor = unsafe dirfd(folder)
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return 0 }
    while let entry = unsafe readdir(folder) {
      let name = unsafe (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
      guard let number = unsafe number(named: name) else { continue }
      if unsafe !body(number, descriptor, name) { break }
    }
    return 0
  }

  /// Safe: a name ends with a zero byte, and no more than the digits before anything else is read.
  @unsafe
  private static func number(named name: UnsafePointer<CChar>) -> UInt32? {
    var number: UInt32?
    for index in 0..<10 {
      let byte = UInt8(bitPattern: unsafe name[index])
      if byte == 0 { return number }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (product, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      number = product &+ UInt32(byte - UInt8(ascii: "0"))
    }
    return nil
  }
}
