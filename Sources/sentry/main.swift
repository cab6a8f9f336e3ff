import Glibc
import SentryCommands

// Where a thread may not have the priority that it asks for, libdispatch would tell the system's log each time.
unsafe setenv("LIBDISPATCH_LOG", "NO", 0)

await SentryProgram.main()
