internal import CFileWindows
internal import Glibc

/// A part of a file in memory, for several threads to look at.
///
/// Mapped, nothing is copied. That is cheap where the kernel keeps the file in large pages, as it does what it has read far ahead;
/// page by small page it takes as long as copying. A mapped file stays others' to change: bytes it loses meanwhile read as zeros, so
/// whoever has read must ask afterwards whether they were there (`heldCount`).
@safe
@usableFromInline
final class FileWindow: Sendable {
  /// In bytes from the start of the file.
  let offset: Int64
  /// Bytes in it.
  @usableFromInline let count: Int
  // Safe to share: it is only read, and stays as long as `self`.
  @usableFromInline nonisolated(unsafe) let start: UnsafeRawPointer
  let isMapped: Bool
  /// Of the mapping; -1 without one.
  private let protection: Int32
  /// Mapped, mostly in large pages.
  let isOfLargePages: Bool

  // MARK: Mapping

  /// On the machines we build for.
  private static let largePage = 2 << 20

  /// Maps what the file holds from `offset` on, and a little before.
  ///
  /// - Parameter length: how much at most, in bytes; a multiple of the page size, less than 4 GiB.
  /// - Returns: `nil` if there is nothing, or it cannot be mapped or read.
  init?(mapping file: borrowing OwnedDescriptor, at offset: Int64, atMost length: Int) {
    let alignment = Int64(min(Self.largePage, length))
    self.offset = offset / alignment * alignment
    guard let size = file.size, offset < size else { return nil }
    count = Int(min(Int64(length), size - self.offset))
    // Safe: a mapping that the kernel places refers to no memory of ours; its failure is checked next.
    let mapping = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, file.raw, Int(self.offset))
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
    unsafe start = UnsafeRawPointer(mapping)
    isMapped = true
    // Safe: it is told of the mapping just made, of that size.
    protection = unsafe sentry_file_window_protect(mapping, count)
    let faults = sentry_page_faults()
    // Safe: as above. All is read now, so that an error of the disk is known here.
    let isRead = unsafe madvise(mapping, count, MADV_POPULATE_READ) == 0
    // One fault maps a large page, or 16 small ones.
    isOfLargePages = (sentry_page_faults() - faults) * 16 < count / Int(getpagesize()) * 3 / 4
    guard protection >= 0, isRead else { return nil }
  }

  // MARK: Copying

  /// Reads what the file holds from `offset` on.
  ///
  /// - Parameter length: how much at most, in bytes.
  /// - Returns: `nil` if there is nothing, or it cannot be read.
  init?(copying file: borrowing OwnedDescriptor, at offset: Int64, atMost length: Int) {
    let (raw, position) = (file.raw, Int(offset))
    let copy = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 64)
    // Safe: the call writes at most as many bytes as were allocated.
    let count = try? systemCall("pread") { unsafe pread(raw, copy, length, position) }
    self.offset = offset
    self.count = count ?? 0
    unsafe start = UnsafeRawPointer(copy)
    isMapped = false
    protection = -1
    isOfLargePages = false
    guard self.count > 0 else { return nil }
  }

  deinit {
    let start = unsafe UnsafeMutableRawPointer(mutating: start)
    guard isMapped else {
      // Safe: what was allocated in `init`; nobody uses it after its owner.
      return unsafe start.deallocate()
    }
    if protection >= 0 { sentry_file_window_forget(protection) }
    // Safe: as above, what was mapped there.
    unsafe munmap(start, count)
  }

  // MARK: Looking

  /// Where it ends, in bytes from the start of the file.
  var end: Int64 { offset + Int64(count) }

  /// How many of its bytes are there now, from the first on, for all that became of the file it is of.
  func heldCount(of file: borrowing OwnedDescriptor) -> Int {
    isMapped ? Int(max(0, min(end, file.size ?? 0) - offset)) : count
  }

  /// Its first bytes, during the call.
  ///
  /// - Parameter count: at most `self.count`.
  @inlinable
  @inline(__always)
  func withBytes<Result, Failure>(
    first count: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(count >= 0 && count <= self.count)
    // Safe: so many bytes are there while `self` lives, and any byte is one.
    return try body(unsafe UnsafeRawBufferPointer(start: start, count: count).bytes)
  }
}
