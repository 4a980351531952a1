package auth

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// anonymous is the ANONYMOUS mechanism (RFC 4505): one message, which may be
// empty. There is nothing to guess here, so the Guard is not asked.
func anonymous(e *Exchange, response []byte) ([]byte, step, error) {
	e.unguarded()
	trace := string(response)
	if err := checkTrace(trace); err != nil {
		return nil, nil, err
	}
	account, ok := serving[AnonymousAccount](e.auth.Accounts, e.claim.Mechanism)
	if !ok {
		return nil, nil, ErrMechanism
	}
	user, err := account.Anonymous(e.ctx, e.conn, trace)
	if err != nil {
		return nil, nil, err
	}
	if user == "" {
		return nil, nil, fmt.Errorf("auth: %T let somebody in without naming the account: return its name", account)
	}
	e.identity = Identity{User: user, Mechanism: e.claim.Mechanism}
	return nil, nil, nil
}

// maxTrace is in characters (RFC 4505, 2).
const maxTrace = 255

// checkTrace checks a trace by RFC 4505, 2 and 3. The limit is that of a token
// for an address too, and the order of right-to-left characters, which the client
// is to see to, is not looked at: nothing depends on either.
func checkTrace(trace string) error {
	switch {
	case len(trace) > maxTrace*utf8.UTFMax || utf8.RuneCountInString(trace) > maxTrace:
		return fmt.Errorf("%w: trace of more than %d characters", ErrMalformed, maxTrace)
	case !utf8.ValidString(trace):
		return fmt.Errorf("%w: trace is not UTF-8", ErrMalformed)
	}
	for _, r := range trace {
		if unicode.Is(traceProhibited, r) || r&0xfffe == 0xfffe {
			return fmt.Errorf("%w: trace with %U", ErrMalformed, r)
		}
	}
	return nil
}

// traceProhibited are RFC 3454's tables C.2.1, C.2.2, C.3, C.4, C.6, C.8 and C.9,
// but for the noncharacters at the end of each plane. Surrogates (C.5) are not
// UTF-8.
var traceProhibited = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0000, 0x001f, 1},
		{0x007f, 0x009f, 1},
		{0x0340, 0x0341, 1},
		{0x06dd, 0x06dd, 1},
		{0x070f, 0x070f, 1},
		{0x180e, 0x180e, 1},
		{0x200c, 0x200f, 1},
		{0x2028, 0x202e, 1},
		{0x2060, 0x2063, 1},
		{0x206a, 0x206f, 1},
		{0xe000, 0xf8ff, 1},
		{0xfdd0, 0xfdef, 1},
		{0xfeff, 0xfeff, 1},
		{0xfff9, 0xfffd, 1},
	},
	R32: []unicode.Range32{
		{0x1d173, 0x1d17a, 1},
		{0xe0001, 0xe0001, 1},
		{0xe0020, 0xe007f, 1},
		{0xf0000, 0xffffd, 1},
		{0x100000, 0x10fffd, 1},
	},
}
