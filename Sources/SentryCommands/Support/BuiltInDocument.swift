/// The default document, as part of the program (`Documents/Default.plist`).
enum BuiltInDocument {
  static var defaultBytes: [UInt8] { PackageResources.Default_plist }
}
