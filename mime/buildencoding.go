package mime

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/transfer"
)

// ErrTransport is a content that must not be encoded, such as a message, and that has octets or lines that the transport
// does not take: see [Builder].Transport.
var ErrTransport = errors.New("it can't be encoded, and the transport does not take it as it is")

// A treatment is what may be done to a content.
type treatment uint8

const (
	asOctets    treatment = iota // it is left alone, and encoded
	asExactText                  // it is left alone, and only encoded if need be
	asText                       // line ends become CRLF, the last line gets one
	asMessage                    // line ends become CRLF, and it must not be encoded (RFC 2045, 6.4)
	asGlobal                     // line ends become CRLF, and it may be encoded (RFC 6532, 3.7)
)

// treat says what may be done to the content of a part.
func treat(mediaType, disposition, label string) treatment {
	kind, _, _ := strings.Cut(mediaType, "/")
	switch {
	case strings.HasPrefix(mediaType, messageGlobal):
		return asGlobal
	case kind == "message":
		return asMessage
	case kind != "text" || !hasASCII(label):
		return asOctets
	case equalFold(disposition, "attachment"):
		return asExactText
	}
	return asText
}

// hasASCII reports whether ASCII stands for itself in a charset, as not in UTF-16.
func hasASCII(label string) bool {
	if charset.Canonical(label) == "" {
		return true
	}
	b, _ := charset.Encode(label, "a\r\n")
	return string(b) == "a\r\n"
}

// rank orders the encodings that change nothing. Others are for any transport.
func rank(e transfer.Encoding) int {
	switch e {
	case transfer.EightBit:
		return 1
	case transfer.Binary:
		return 2
	}
	return 0
}

// wider is the one that needs more of a transport.
func wider(a, b transfer.Encoding) transfer.Encoding {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// isIdentity reports whether the encoding changes nothing.
func isIdentity(e transfer.Encoding) bool { return e == transfer.SevenBit || rank(e) > 0 }

// choose returns the encoding of a content that was scanned. Of quoted-printable and base64 it takes the shorter one, the
// ends of lines aside: quoted-printable if no more than a sixth is escaped. A message that is to be sent as lines needs
// one at its end, which last asks for.
func choose(how treatment, s *scanner, transport transfer.Encoding, last bool) (transfer.Encoding, error) {
	class := s.class()
	fits := rank(class) <= rank(transport)
	switch {
	case how == asMessage && !fits:
		return "", fmt.Errorf("%w: it is %s, and the transport %s", ErrTransport, class, transport)
	case how == asMessage:
		return class, nil
	case how == asExactText && s.fragile || how <= asExactText && last && !s.whole():
		if transport == transfer.Binary {
			return transfer.Binary, nil
		}
	case fits:
		return class, nil
	}
	if s.escapes*6 > s.size || how == asExactText && (s.loose || last && !s.whole()) || how == asGlobal && !s.whole() {
		return transfer.Base64, nil
	}
	return transfer.QuotedPrintable, nil
}

// checkEncoding checks an encoding that the caller has chosen. There is no scan of what can be read once only.
func checkEncoding(how treatment, e transfer.Encoding, s *scanner, transport transfer.Encoding) error {
	switch {
	case e != transfer.Base64 && e != transfer.QuotedPrintable && !isIdentity(e):
		return fmt.Errorf("the encoding %q is none of RFC 2045", e)
	case how == asMessage && !isIdentity(e):
		return fmt.Errorf("a message must not be encoded as %s (RFC 2045, 6.4)", e)
	case rank(e) > rank(transport):
		return fmt.Errorf("%w: its encoding is %s, and the transport %s", ErrTransport, e, transport)
	case s != nil && isIdentity(e) && rank(s.class()) > rank(e):
		return fmt.Errorf("the encoding is %s, but the content is %s", e, s.class())
	}
	return nil
}

// base64Size is how many octets base64 makes of n.
func base64Size(n int64) int64 {
	const octets, line = 57, 78
	size := n / octets * line
	if rest := n % octets; rest > 0 {
		size += (rest+2)/3*4 + 2
	}
	return size
}
