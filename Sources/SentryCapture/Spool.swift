internal import Glibc

/// Copies a pipe to its end into a temporary file without a name, positioned at its start.
///
/// The folder is `TMPDIR`, else `/var/tmp`, which unlike `/tmp` is not kept in memory.
func spooled(_ pipe: borrowing OwnedDescriptor) throws(CaptureError) -> OwnedDescriptor {
  // Safe: the text is copied at once, and nothing here changes the environment.
  let directory = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/var/tmp"
  do throws(SystemError) {
    let file = try unnamedFile(in: directory)
    try copy(from: pipe.raw, to: file.raw)
    let raw = file.raw
    _ = try systemCall("lseek") { lseek(raw, 0, SEEK_SET) }
    return file
  } catch {
    throw .cannotSpool(directory: directory, code: error.code)
  }
}

private func unnamedFile(in directory: String) throws(SystemError) -> OwnedDescriptor {
  var template = Array("\(directory)/sentry-XXXXXX".utf8CString)
  // Safe: the template is a terminated string of our own that the call may write to.
  let raw = try systemCall("mkstemp") { unsafe mkstemp(&template) }
  let file = OwnedDescriptor(adopting: raw)
  _ = try systemCall("fcntl") { fcntl(raw, F_SETFD, FD_CLOEXEC) }
  // Safe: `mkstemp` has filled in the name of the file it made.
  _ = try systemCall("unlink") { unsafe unlink(template) }
  return file
}

private func copy(from source: Int32, to destination: Int32) throws(SystemError) {
  var buffer = [UInt8](repeating: 0, count: 256 * 1024)
  while true {
    // Safe: the call writes at most as many bytes as the buffer has.
    let count = try systemCall("read") { unsafe read(source, &buffer, buffer.count) }
    guard count > 0 else { return }
    var written = 0
    while written < count {
      // Safe: the range lies inside the buffer, since `written < count <= buffer.count`.
      written += try systemCall("write") {
        unsafe buffer[written..<count].withUnsafeBytes { unsafe write(destination, $0.baseAddress, $0.count) }
      }
    }
  }
}
