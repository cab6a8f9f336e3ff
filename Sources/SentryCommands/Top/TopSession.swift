internal import Foundation
internal import SentryControl

/// The live screen at work: asks the daemon every second, takes keys and signals as they come, draws what has changed.
struct TopSession {
  private enum Event: Sendable {
    case terminal(DrawnTerminal.Event)
    case reply(TopReply)
    /// The daemon does not answer any more.
    case failure(CommandFailure)
    case done(String)
  }

  private let client: ControlClient
  private let terminal: DrawnTerminal
  private let hasColour = Console.outputHasColour

  /// - Throws: why there is nothing to draw on.
  init(client: ControlClient) throws(CommandFailure) {
    self.client = client
    terminal = try DrawnTerminal()
  }

  /// The terminal shows no UTF-8, as far as the environment says.
  static var isPlain: Bool { BarChart.Ink.suiting(ProcessInfo.processInfo.environment) == .ascii }

  /// Runs until somebody quits, or nothing can be shown any more. The terminal is as it was then.
  func run(_ first: TopReply) async throws {
    let (events, continuation) = AsyncStream.makeStream(of: Event.self)
    let work = [
      Task { [pressed = terminal.events] in for await event in pressed { continuation.yield(.terminal(event)) } },
      Task { [client] in
        do throws(CommandFailure) {
          while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            continuation.yield(.reply(try await client.get(ControlPath.top)))
          }
        } catch {
          continuation.yield(.failure(error))
        }
      },
    ]
    defer {
      for task in work { task.cancel() }
      terminal.end()
    }
    var display = Display(terminal: terminal, hasColour: hasColour)
    display.model.take(first)
    display.draw()
    for await event in events {
      guard try handle(event, &display, continuation) else { return }
      guard display.draw() else { return }
    }
  }

  /// - Returns: false to end.
  private func handle(
    _ event: Event, _ display: inout Display, _ continuation: AsyncStream<Event>.Continuation
  ) throws(CommandFailure) -> Bool {
    switch event {
    case .reply(let reply): display.model.take(reply)
    case .done(let message): display.model.message = message
    case .failure(let failure): throw failure
    case .terminal(.closed): return false
    case .terminal(.signal(let number)): return display.handle(signal: number)
    case .terminal(.bytes(let bytes)):
      for key in display.keys.keys(in: bytes) {
        guard let action = display.model.handle(key) else { continue }
        switch action {
        case .quit: return false
        case .suspend: display.pause()
        case .redraw: display.forget()
        case .setEnabled, .remove:
          Task { [client] in continuation.yield(.done(await TopActions(client: client).carryOut(action))) }
        }
      }
    }
    return true
  }
}

/// What the terminal shows, and what it is to show.
private struct Display {
  let terminal: DrawnTerminal
  let hasColour: Bool
  var model = TopModel()
  var keys = TopKeys()
  private let view = TopView()
  private let isPlain = TopSession.isPlain
  private var shown: Screen?

  init(terminal: DrawnTerminal, hasColour: Bool) {
    self.terminal = terminal
    self.hasColour = hasColour
  }

  /// - Returns: false if the terminal is gone.
  @discardableResult
  mutating func draw() -> Bool {
    let size = DrawnTerminal.size
    var screen = Screen(width: size.width, height: size.height, isPlain: isPlain)
    view.draw(&model, on: &screen)
    let update = screen.update(from: shown, hasColour: hasColour)
    shown = screen
    return terminal.write(update)
  }

  /// Nobody knows what the terminal shows.
  mutating func forget() { shown = nil }

  mutating func pause() {
    terminal.pause()
    forget()
  }

  /// - Returns: false to end.
  mutating func handle(signal number: Int32) -> Bool {
    switch number {
    case SIGWINCH, SIGCONT: forget()
    case SIGTSTP: pause()
    default: return false
    }
    return true
  }
}
