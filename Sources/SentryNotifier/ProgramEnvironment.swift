/// What programs that others have a say in find in their environment, and nothing else.
enum ProgramEnvironment {
  static let variables = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/",
  ]
}
