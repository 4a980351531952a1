package smtp

import "strings"

// The client's own verdicts, on what it does not ask the server.
var (
	unsafeSender    = R(553, Enhanced{5, 1, 7}, "sender address cannot be sent")
	unsafeRecipient = R(553, Enhanced{5, 1, 3}, "recipient address cannot be sent")
	unsafeParameter = R(501, Enhanced{5, 5, 4}, "parameter cannot be sent")
	no8Address      = R(554, Enhanced{5, 6, 7}, "address needs SMTPUTF8, which the next server does not offer")
	no8Header       = R(554, Enhanced{5, 6, 9}, "message needs SMTPUTF8, which the next server does not offer")
	no8Bit          = R(554, Enhanced{5, 6, 3}, "message needs 8BITMIME or BINARYMIME, which the next server does not offer")
	noRequire       = R(554, Enhanced{5, 7, 30}, "message needs REQUIRETLS and a verified connection, which the next server does not have")
	noDeliverBy     = R(554, Enhanced{5, 4, 7}, "message needs DELIVERBY, which the next server does not offer")
	tooSoon         = R(554, Enhanced{5, 4, 7}, "message is to be there sooner than the next server promises")
	holdsLess       = R(554, Enhanced{5, 3, 3}, "message is to be held longer than the next server does")
	noHolding       = R(554, Enhanced{5, 3, 3}, "message needs FUTURERELEASE, which the next server does not offer")
	beyondSize      = R(552, Enhanced{5, 3, 4}, "message is larger than the next server takes")
)

// appendMail appends the arguments of MAIL, or refuses in place of the server.
func (c *Client) appendMail(b []byte, m *MailParams) ([]byte, Reply) {
	if m.RequireTLS && c.level < TLSVerified {
		return b, noRequire // RFC 8689, 4.2.1
	}
	if last := c.offer.holdMax; !last.IsZero() && m.HoldUntil.After(last) {
		return b, holdsLess // RFC 4865, 4.1
	}
	if m.DeliverBy.Mode == DeliverByReturn && m.DeliverBy.In < c.offer.byMin {
		return b, tooSoon // RFC 2852, 4
	}
	b, refusal := appendPath(append(b, "FROM:"...), m.Path, c.offer.utf8 && m.UTF8, unsafeSender)
	for i := range mailFields {
		if f := &mailFields[i]; refusal.Code == 0 {
			b, refusal = c.checkParam(b, f.appendTo(b, m), f.extension, f.missing)
		}
	}
	return b, refusal
}

// appendRcpt appends the arguments of RCPT. utf8 tells whether MAIL has said
// SMTPUTF8.
func (c *Client) appendRcpt(b []byte, r *RcptParams, utf8 bool) ([]byte, Reply) {
	if r.Path.IsNull() {
		return b, unsafeRecipient
	}
	b, refusal := appendPath(append(b, "TO:"...), r.Path, utf8, unsafeRecipient)
	for i := range rcptFields {
		if f := &rcptFields[i]; refusal.Code == 0 {
			b, refusal = c.checkParam(b, f.appendTo(b, r), f.extension, f.missing)
		}
	}
	return b, refusal
}

// checkParam returns with, which is b and perhaps a parameter behind it, if
// that can be sent, else b.
func (c *Client) checkParam(b, with []byte, extension string, missing Reply) ([]byte, Reply) {
	switch {
	case len(with) == len(b):
		return b, Reply{}
	case !c.offer.has(extension):
		return b, missing
	case !isParam(with[len(b):]):
		return b, unsafeParameter
	}
	return with, Reply{}
}

// isParam tells a parameter with the space before it.
func isParam(b []byte) bool {
	key, value, hasValue := strings.Cut(string(b[1:]), "=")
	return b[0] == ' ' && isKeyword(key) && (!hasValue || isParamValue(value))
}

// appendPath appends a path in its brackets. A Path need not have come from
// ParsePath, so what is to be sent is parsed here: it must mean what p does, or
// unsafe is the verdict.
func appendPath(b []byte, p Path, utf8 bool, unsafe Reply) ([]byte, Reply) {
	if p.IsNull() {
		return append(b, "<>"...), Reply{}
	}
	s, ok := safePath(p)
	if ok && !utf8 && !p.IsASCII() {
		if p.Domain = foldDomain(p.Domain); !p.IsASCII() {
			return b, no8Address
		}
		s, ok = safePath(p)
	}
	if !ok {
		return b, unsafe
	}
	return append(append(append(b, '<'), s...), '>'), Reply{}
}

// safePath prints p, and reports whether that reads as p again.
func safePath(p Path) (string, bool) {
	s := p.String()
	parsed, err := ParsePath(s)
	return s, err == nil && parsed == p
}
