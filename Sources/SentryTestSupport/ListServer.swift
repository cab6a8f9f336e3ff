import Foundation

/// A server of lists on this host, by Python, in many moods: the path says which.
public final class ListServer: Sendable {
  private let program: RunningProgram
  private let folder: TemporaryFolder
  public let port: Int

  public static let isPossible = Program("python3").isThere

  private static let script = #"""
    import gzip, hashlib, http.server, os, sys, time
    folder = sys.argv[1]
    def read(name):
      with open(folder + '/' + name, 'rb') as file: return file.read()
    class Handler(http.server.BaseHTTPRequestHandler):
      def answer(self, status, body=b'', **fields):
        self.send_response(status)
        for name, value in fields.items(): self.send_header(name.replace('_', '-'), value)
        if 'Content_Length' not in fields: self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
      def do_GET(self):
        with open(folder + '/requests', 'a') as file:
          file.write(self.path + ' ' + str(self.headers['If-None-Match'] or self.headers['If-Modified-Since']) + '\n')
        name = self.path[1:]
        if name == 'list':
          body = read('list')
          tag = '"' + hashlib.md5(body).hexdigest() + '"'
          if self.headers['If-None-Match'] == tag: self.answer(304, ETag=tag)
          else: self.answer(200, body, ETag=tag)
        elif name == 'modified':
          date = 'Sun, 01 Feb 2026 10:00:00 GMT'
          if self.headers['If-Modified-Since'] == date: self.answer(304)
          else: self.answer(200, read('list'), Last_Modified=date)
        elif name == 'gzip':
          asked = 'gzip' in (self.headers['Accept-Encoding'] or '')
          self.answer(200 if asked else 406, gzip.compress(read('list')), Content_Encoding='gzip')
        elif name == 'bomb': self.answer(200, gzip.compress(b'\n' * 50000000), Content_Encoding='gzip')
        elif name == 'damaged': self.answer(200, b'\x1f\x8b' + b'no gzip at all', Content_Encoding='gzip')
        elif name == 'half':
          body = gzip.compress(read('list'))
          self.answer(200, body[:len(body) // 2], Content_Encoding='gzip')
        elif name == 'short': self.answer(200, read('list'), Content_Length=str(len(read('list')) + 100))
        elif name == 'slow': time.sleep(30)
        elif name == 'drip':
          self.send_response(200)
          self.end_headers()
          for _ in range(300):
            self.wfile.write(b'# nothing\n')
            self.wfile.flush()
            time.sleep(0.1)
        elif name == 'busy': self.answer(503, Retry_After='120')
        elif name == 'moved': self.answer(302, Location='/list')
        elif name == 'loop': self.answer(302, Location='/loop')
        elif name == 'away': self.answer(302, Location='file:///etc/passwd')
        else: self.answer(404, b'<html><body>not here</body></html>')
      def log_message(self, *arguments): pass
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    with open(folder + '/port.new', 'w') as file: file.write(str(server.server_address[1]))
    os.rename(folder + '/port.new', folder + '/port')
    server.serve_forever()
    """#

  /// Serves a list; waits until it listens.
  public init(_ list: String) async throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("list", list)
    program = try Program("python3").start(["-c", Self.script, folder.url.path])
    try await waitUntil("the server listens") { FileManager.default.fileExists(atPath: folder.path("port")) }
    port = Int(try String(contentsOfFile: folder.path("port"), encoding: .utf8)) ?? 0
    self.folder = folder
  }

  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// Serves another list from now on.
  public func serve(_ list: String) throws { _ = try folder.write("list", list) }

  /// It is gone.
  public func stop() async throws { try await program.kill() }

  /// Each request's path, and what it said of the copy it knows.
  public var requests: [String] {
    let text = (try? String(contentsOfFile: folder.path("requests"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }
}
