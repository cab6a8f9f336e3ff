internal import CMalloc

/// Memory that large documents leave behind: the C library keeps it for itself until it is told otherwise
/// (`malloc_trim(3)`).
enum FreedMemory {
  /// In bytes of a document; smaller ones leave too little to be worth it.
  static let largeDocument = 262_144

  /// Gives it back to the system a little later, when the request that brought the document is over and its copies are
  /// gone.
  static func giveBackSoon() {
    Task.detached(priority: .background) {
      try? await Task.sleep(for: .seconds(1))
      _ = malloc_trim(0)
    }
  }
}
