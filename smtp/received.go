package smtp

import (
	"crypto/tls"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ReceivedHeader returns the trace header that a server puts before a message
// it has taken (RFC 5321, 4.4), folded, with its final CRLF. id is the name
// that the message has in the program's logs; it may be empty. The recipient
// is named only if there is one: the others are nobody's business.
func (c *Conn) ReceivedHeader(env *Envelope, id string, now time.Time) string {
	var b strings.Builder
	b.WriteString("Received: from " + c.helloDomain(env.From.UTF8) + " (" + addressLiteral(addrOf(c.RemoteAddr())) + ")\r\n")
	if state := c.TLS(); state != nil {
		b.WriteString("\t(using " + tls.VersionName(state.Version) + " with " + tls.CipherSuiteName(state.CipherSuite) + ")\r\n")
	}
	b.WriteString("\tby " + c.srv.hostname() + " with " + c.Protocol(env))
	if id != "" {
		b.WriteString(" id " + id)
	}
	if len(env.To) == 1 {
		b.WriteString("\r\n\tfor <" + env.To[0].Path.String() + ">")
	}
	if p := env.From.Priority; p != 0 { // RFC 6710, 7
		b.WriteString("\r\n\tpriority " + strconv.Itoa(int(p)))
	}
	b.WriteString(";\r\n\t" + now.Format(dateFormat) + "\r\n")
	return b.String()
}

// dateFormat is the date-time of RFC 5322, 3.3.
const dateFormat = "Mon, 2 Jan 2006 15:04:05 -0700"

// Protocol is how a message came, by the names of the registry of mail
// transmission types: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA (RFC 3848), or the
// same with LMTP (RFC 3848), UTF8SMTP or UTF8LMTP (RFC 6531, 4.3).
func (c *Conn) Protocol(env *Envelope) string {
	name := "ESMTP"
	switch {
	case !c.extended:
		return "SMTP"
	case c.srv.LMTP && env.From.UTF8:
		name = "UTF8LMTP"
	case c.srv.LMTP:
		name = "LMTP"
	case env.From.UTF8:
		name = "UTF8SMTP"
	}
	if c.TLS() != nil {
		name += "S"
	}
	if c.Identity().Name() != "" {
		name += "A"
	}
	return name
}

// helloDomain is the client's name for itself if it is one that a header can
// hold, in UTF-8 or not, else its address.
func (c *Conn) helloDomain(inUTF8 bool) string {
	if _, rest, err := cutDomain(c.hello); err == nil && rest == "" && (inUTF8 || ascii.Is(c.hello)) {
		return c.hello
	}
	return addressLiteral(addrOf(c.RemoteAddr()))
}

// addressLiteral writes an address as RFC 5321, 4.1.3 does.
func addressLiteral(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "unknown"
	case a.Is4():
		return "[" + a.String() + "]"
	}
	return "[IPv6:" + a.String() + "]"
}
