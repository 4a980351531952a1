package smtp

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"
)

// ParseReply puts the lines of a reply together, as a Client does. rest is what
// is behind it.
func ParseReply(text string, maxLines, maxOctets int, plain bool) (r Reply, rest string, err error) {
	p := replyParser{maxLines: maxLines, maxOctets: maxOctets, plain: plain}
	for {
		line, behind, ok := strings.Cut(text, "\r\n")
		if !ok {
			return Reply{}, "", ErrReply
		}
		last, err := p.add([]byte(line))
		if err != nil {
			return Reply{}, "", err
		}
		if text = behind; last {
			return p.reply(), behind, nil
		}
	}
}

// AppendMail and AppendRcpt are the arguments of MAIL and RCPT to a server that
// offers the extensions.
func AppendMail(m MailParams, extensions ...string) (string, Reply) {
	c := &Client{offer: parseOffers("x\n"+strings.Join(extensions, "\n"), nil)}
	b, r := c.appendMail(nil, &m)
	return string(b), r
}

// AppendRcpt is as AppendMail. SMTPUTF8 counts as said if it is offered.
func AppendRcpt(p RcptParams, extensions ...string) (string, Reply) {
	c := &Client{offer: parseOffers("x\n"+strings.Join(extensions, "\n"), nil)}
	b, r := c.appendRcpt(nil, &p, slices.Contains(extensions, "SMTPUTF8"))
	return string(b), r
}

// VerifyDANE checks a chain against TLSA records.
func VerifyDANE(chain []*x509.Certificate, records []TLSA, names []string, now time.Time) error {
	return verifyDANE(chain, records, names, now)
}

// The client's own verdicts.
var (
	UnsafeSender    = unsafeSender
	UnsafeRecipient = unsafeRecipient
	UnsafeParameter = unsafeParameter
	No8Address      = no8Address
	No8Header       = no8Header
	No8Bit          = no8Bit
	BeyondSize      = beyondSize
	NoRequire       = noRequire
	NoDeliverBy     = noDeliverBy
	NoHolding       = noHolding
	HoldsLess       = holdsLess
	TooSoon         = tooSoon
)

// Scratch is what the buffer for command lines holds.
func Scratch(c *Client) string { return string(c.scratch[:cap(c.scratch)]) }

// IsParam tells a parameter with the space before it.
func IsParam(s string) bool { return isParam([]byte(s)) }
