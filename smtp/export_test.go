package smtp

import "time"

// The parsers, for tests of their own.
var (
	ParseHello    = hello
	ParseChunk    = func(s string) (int64, bool, error) { r, err := bdatArgs(s); return r.size, r.last, err }
	ParseURL      = func(s string) (string, bool, error) { r, err := burlArgs(s); return r.url, r.last, err }
	ParseETRN     = etrnArgs
	ParseATRN     = atrnArgs
	ParseNotify   = parseNotify
	EncodeXtext   = encodeXtext
	DecodeUTF8    = decodeUTF8Xtext
	ParseNothing  = nothing
	DecodeXtext   = decodeXtext
	FoldDomain    = foldDomain
	AddressOf     = addrOf
	NeedsUTF8     = needsUTF8
	BadParameter  = badParameter
	TooBig        = declaredTooBig
	AuthMalformed = authMalformed
)

// ParseMail parses the arguments of MAIL.
func ParseMail(s string) (MailParams, error) {
	r, err := mailArgs(s)
	return r.MailParams, err
}

// MailNeeds returns the extensions that the parameters of a MAIL belong to, and
// how long it asks to be held.
func MailNeeds(s string) ([]string, time.Duration) {
	r, _ := mailArgs(s)
	return r.needs, r.holdFor
}

// ParseRcpt parses the arguments of RCPT.
func ParseRcpt(s string) (RcptParams, error) {
	r, err := rcptArgs(s)
	return r.RcptParams, err
}

// ParseAttributes parses the arguments of XCLIENT and XFORWARD: names and
// values in turn.
func ParseAttributes(s string) ([]string, error) {
	list, err := attributeArgs(s)
	var flat []string
	for _, a := range list {
		flat = append(flat, a.name, a.value)
	}
	return flat, err
}

// ParseAuth parses the arguments of AUTH. initial is nil if there is no
// initial response.
func ParseAuth(s string) (mechanism string, initial []byte, err error) {
	r, err := authArgs(s)
	return r.mechanism, r.initial, err
}
