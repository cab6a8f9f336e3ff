internal import CLanes
internal import Glibc

/// A fixed run of elements whose memory the kernel hands out only as it is touched: the storage of a table.
///
/// A table is made for its full capacity at once, so it never grows, moves or pauses while packets wait, and an idle one
/// still costs next to nothing. Debug builds check every index.
///
/// Fresh elements are all zero bits. An element type for which that is no value must be written before it is read.
@safe
struct ZeroedBuffer<Element: BitwiseCopyable>: ~Copyable {
  private let memory: MappedMemory
  private let base: UnsafeMutablePointer<Element>
  /// Elements there are: as many as asked for, or fewer where the system refused that much.
  let count: Int

  /// Makes room for `wanted` elements, at least one. Where the system refuses (it seldom does before memory is touched), half
  /// of that is tried, and so on, so that a huge capacity in a document cannot end the process.
  init(atMost wanted: Int) {
    var count = max(1, wanted)
    while true {
      if let memory = MappedMemory(byteCount: count * MemoryLayout<Element>.stride) {
        self.memory = memory
        // Safe: the mapping holds `count` strides and is aligned to a page; nothing else refers to it.
        unsafe base = memory.start.bindMemory(to: Element.self, capacity: count)
        self.count = count
        return
      }
      precondition(count > 1, "not one page of memory is left")
      count /= 2
    }
  }

  /// Has the kernel hand out what is not touched yet in large pages, where it has them: a table that is searched here and there
  /// then waits for memory, but no longer for page tables too.
  ///
  /// For a buffer of which much is in use: the first touch of any byte then takes two megabytes.
  func preferLargePages() { memory.preferLargePages() }

  /// Has the line fetched in which an element begins; without effect if there is none at `index`.
  @inline(__always)
  func prefetch(_ index: Int) {
    // Safe: nothing is read or changed, whatever the address is.
    let address = unsafe UInt(bitPattern: base) &+ UInt(bitPattern: index &* MemoryLayout<Element>.stride)
    unsafe sentry_prefetch(UnsafeRawPointer(bitPattern: address))
  }

  /// The same for all lines of an element.
  @inline(__always)
  func prefetchAll(of index: Int) {
    // Safe: nothing is read or changed, whatever the address is.
    let address = unsafe UInt(bitPattern: base) &+ UInt(bitPattern: index &* MemoryLayout<Element>.stride)
    var offset: UInt = 0
    while offset < UInt(MemoryLayout<Element>.size) {
      unsafe sentry_prefetch(UnsafeRawPointer(bitPattern: address &+ offset))
      offset &+= 64
    }
    unsafe sentry_prefetch(UnsafeRawPointer(bitPattern: address &+ UInt(MemoryLayout<Element>.size) &- 1))
  }

  /// The element at `index`, which the caller has shown to be in `0..<count`.
  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      // Safe: tables only use indices below the `count` they were made with; debug builds check it above.
      return unsafe base[index]
    }
    @inline(__always) nonmutating _modify {
      assert(index >= 0 && index < count)
      // Safe: as above; the mutating methods of the owner exclude a second access.
      yield unsafe &base[index]
    }
  }
}

extension ZeroedBuffer<UInt32> {
  /// Which of the 16 words of a cache line are `sought` in the bits of `mask`: a bit for each, the lowest for the first.
  @inline(__always)
  func matches(inLine line: Int, mask: UInt32, _ sought: UInt32) -> UInt32 {
    assert(line >= 0 && line < count / 16)
    // Safe: owners only name lines below their count; debug builds check it above. Memory begins at a page.
    return unsafe sentry_matching_words(base + line &* 16, mask, sought)
  }
}

/// Zeroed memory with one owner, given back with it. A class, because only its reference has to go when a table goes.
@safe
private final class MappedMemory {
  let start: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawPointer
  private let mappedCount: Int

  /// `nil` if the system has not that much.
  init?(byteCount: Int) {
    // What is larger than a large page begins at one; what lies before is never touched.
    let alignment = byteCount >= Self.largePage ? Self.largePage : 1
    mappedCount = byteCount + alignment - 1
    // Safe: a private anonymous mapping refers to no memory of ours; its failure is checked next.
    let mapping = unsafe mmap(
      nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
    unsafe self.mapping = mapping
    // Safe: moves on by less than `alignment`, so that `byteCount` bytes are left.
    unsafe start = mapping.alignedUp(toMultipleOf: alignment)
    // Where large pages are given to everybody, an idle table would take one at its first entry.
    if alignment > 1 { advise(MADV_NOHUGEPAGE) }
  }

  /// On the machines we build for.
  private static var largePage: Int { 2 << 20 }

  func preferLargePages() { advise(MADV_HUGEPAGE) }

  private func advise(_ advice: Int32) {
    // Safe: advice about the mapping made in `init`, which changes no byte of it. A kernel without large pages refuses.
    _ = unsafe madvise(mapping, mappedCount, advice)
  }

  deinit {
    // Safe: the mapping made in `init`; nobody else frees it, and nobody uses it after its owner.
    _ = unsafe munmap(mapping, mappedCount)
  }
}
