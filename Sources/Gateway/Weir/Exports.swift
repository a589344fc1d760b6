// The ports are part of what Weir offers: whoever fills or calls them needs no second import.
@_exported public import WeirPorts
