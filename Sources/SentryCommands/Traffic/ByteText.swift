/// Numbers of bytes as people read them.
enum ByteText {
  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// In units of 1,024 (IEC 80000-13): `0 B`, `1023 B`, `1.0 KiB`, `12.3 MiB`, `117 GiB`.
  static func short(_ bytes: UInt64) -> String {
    guard bytes >= 1_024 else { return "\(bytes) B" }
    var (unit, size) = (0, UInt64(1_024))
    while unit + 1 < units.count, bytes / size >= 1_024 {
      unit += 1
      size *= 1_024
    }
    // Tenths are cut off, not rounded: 1023.99 KiB are not 1024.0.
    let whole = bytes / size
    let tenths = bytes % size * 10 / size
    return whole >= 100 ? "\(whole) \(units[unit])" : "\(whole).\(tenths) \(units[unit])"
  }
}
