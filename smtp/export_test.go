package smtp

// The parsers, for tests of their own.
var (
	ParseHello    = hello
	ParseMail     = mailArgs
	ParseRcpt     = rcptArgs
	ParseNothing  = nothing
	DecodeXtext   = decodeXtext
	FoldDomain    = foldDomain
	AddressOf     = addrOf
	NeedsUTF8     = needsUTF8
	BadParameter  = badParameter
	TooBig        = declaredTooBig
	AuthMalformed = authMalformed
)

// ParseAuth parses the arguments of AUTH. initial is nil if there is no
// initial response.
func ParseAuth(s string) (mechanism string, initial []byte, err error) {
	r, err := authArgs(s)
	return r.mechanism, r.initial, err
}
