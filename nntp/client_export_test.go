package nntp

// The parsers of what a server says.
var (
	ClientParseReply       = clientParseReply
	ClientParseRef         = clientParseRef
	ClientParseGroup       = clientParseGroup
	ClientParseActive      = clientParseActive
	ClientParseCounts      = clientParseCounts
	ClientParseTimes       = clientParseTimes
	ClientParseDescription = clientParseDescription
	ClientParseHdr         = clientParseHdr
	ClientParseXHdr        = clientParseXHdr
	ClientParseCapability  = clientParseCapability
)
