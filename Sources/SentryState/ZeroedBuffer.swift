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

/// Zeroed memory with one owner, given back with it. A class, because only its reference has to go when a table goes.
@safe
private final class MappedMemory {
  let start: UnsafeMutableRawPointer
  private let byteCount: Int

  /// `nil` if the system has not that much.
  init?(byteCount: Int) {
    // Safe: a private anonymous mapping refers to no memory of ours; its failure is checked next.
    let start = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start = unsafe start, unsafe start != MAP_FAILED else { return nil }
    unsafe self.start = start
    self.byteCount = byteCount
  }

  deinit {
    // Safe: the mapping made in `init`; nobody else frees it, and nobody uses it after its owner.
    _ = unsafe munmap(start, byteCount)
  }
}
