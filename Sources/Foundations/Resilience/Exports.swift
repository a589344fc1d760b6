// Every time and duration in this library is one of Timekeeping's, so that `import Resilience` alone is enough to use it.
@_exported public import Timekeeping
