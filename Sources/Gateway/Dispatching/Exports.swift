// What the dispatcher decides by and tells of is named by its API: whoever uses it needs no second import.
@_exported public import DispatchCore
