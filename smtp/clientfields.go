package smtp

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A mailField is one parameter of MAIL as a client sends it.
type mailField struct {
	extension string // that brings it
	// appendTo appends " KEY=value", or nothing if m does not ask for it.
	appendTo func(b []byte, m *MailParams) []byte
	// missing is the client's verdict if m asks for it and the server does not
	// offer the extension. With the zero Reply the parameter is left out.
	missing Reply
}

// mailFields are the parameters of MAIL, in the order in which they are sent.
var mailFields = []mailField{
	{"SIZE", appendSize, Reply{}},                 // RFC 1870, 3
	{"8BITMIME", append8Bit, no8Bit},              // RFC 6152, 2
	{"BINARYMIME", appendBinary, no8Bit},          // RFC 3030, 3
	{"SMTPUTF8", appendUTF8, no8Header},           // RFC 6531, 3.4
	{"AUTH", appendSubmitter, Reply{}},            // RFC 4954, 5
	{"DSN", appendReturn, Reply{}},                // RFC 3461, 4.3
	{"DSN", appendEnvelopeID, Reply{}},            // RFC 3461, 4.4
	{"REQUIRETLS", appendRequireTLS, noRequire},   // RFC 8689, 2
	{"DELIVERBY", appendReturnBy, noDeliverBy},    // RFC 2852, 4
	{"DELIVERBY", appendNotifyBy, Reply{}},        // RFC 2852, 4
	{"MT-PRIORITY", appendPriority, Reply{}},      // RFC 6710, 4
	{"FUTURERELEASE", appendHoldUntil, noHolding}, // RFC 4865, 5
}

// A rcptField is one parameter of RCPT as a client sends it.
type rcptField struct {
	extension string
	appendTo  func(b []byte, r *RcptParams) []byte
	missing   Reply
}

// rcptFields are the parameters of RCPT, in the order in which they are sent.
var rcptFields = []rcptField{
	{"DSN", appendNotify, Reply{}},   // RFC 3461, 4.1
	{"DSN", appendOriginal, Reply{}}, // RFC 3461, 4.2
}

func appendSize(b []byte, m *MailParams) []byte {
	if m.Size <= 0 {
		return b
	}
	return strconv.AppendInt(append(b, " SIZE="...), m.Size, 10)
}

func append8Bit(b []byte, m *MailParams) []byte {
	return appendIf(b, m.Body == Body8Bit, " BODY=8BITMIME")
}

func appendBinary(b []byte, m *MailParams) []byte {
	return appendIf(b, m.Body == BodyBinary, " BODY=BINARYMIME")
}

func appendUTF8(b []byte, m *MailParams) []byte { return appendIf(b, m.UTF8, " SMTPUTF8") }

func appendRequireTLS(b []byte, m *MailParams) []byte {
	return appendIf(b, m.RequireTLS, " REQUIRETLS")
}

// appendSubmitter says who submitted the message. What is no mailbox of ASCII
// is as good as not known.
func appendSubmitter(b []byte, m *MailParams) []byte {
	if m.Auth == "" {
		return b
	}
	p, err := ParsePath(m.Auth)
	if err != nil || !p.IsASCII() {
		return append(b, " AUTH=<>"...)
	}
	return append(append(b, " AUTH="...), encodeXtext(p.String())...)
}

func appendReturn(b []byte, m *MailParams) []byte {
	return appendIf(b, m.Return != ReturnDefault, " RET="+m.Return.String())
}

// appendEnvelopeID: what no report could hold is left out.
func appendEnvelopeID(b []byte, m *MailParams) []byte {
	encoded := encodeXtext(m.EnvelopeID)
	return appendIf(b, encoded != "" && len(encoded) <= maxEnvelopeID && isPrintable(m.EnvelopeID), " ENVID="+encoded)
}

// A limit after which the message is to be returned must not be lost; one after
// which there is only a report may (RFC 2852, 4).
func appendReturnBy(b []byte, m *MailParams) []byte {
	return appendIf(b, m.DeliverBy.Mode == DeliverByReturn, " BY="+m.DeliverBy.String())
}

func appendNotifyBy(b []byte, m *MailParams) []byte {
	return appendIf(b, m.DeliverBy.Mode == DeliverByNotify, " BY="+m.DeliverBy.String())
}

func appendPriority(b []byte, m *MailParams) []byte {
	return appendIf(b, m.Priority != 0, " MT-PRIORITY="+strconv.Itoa(int(m.Priority)))
}

func appendHoldUntil(b []byte, m *MailParams) []byte {
	if m.HoldUntil.IsZero() || time.Until(m.HoldUntil) <= 0 {
		return b
	}
	return m.HoldUntil.UTC().AppendFormat(append(b, " HOLDUNTIL="...), time.RFC3339)
}

func appendNotify(b []byte, r *RcptParams) []byte {
	n := r.Notify
	if n&NotifyNever != 0 {
		n = NotifyNever // with nothing else (RFC 3461, 4.1)
	}
	return appendIf(b, n != 0, " NOTIFY="+n.String())
}

// appendOriginal says who the sender wrote to. What has no form to be sent in
// is left out: it is for reports only.
func appendOriginal(b []byte, r *RcptParams) []byte {
	o := r.Original
	encoded := ""
	switch {
	case !isKeyword(o.Type):
	case ascii.EqualFold(o.Type, "UTF-8"):
		encoded = encodeUTF8Xtext(o.Address)
	case isPrintable(o.Address):
		encoded = encodeXtext(o.Address)
	}
	value := o.Type + ";" + encoded
	return appendIf(b, encoded != "" && len(value) <= maxOriginal, " ORCPT="+value)
}

// encodeUTF8Xtext encodes an address as utf-8-addr-xtext, which goes through
// servers without SMTPUTF8 too (RFC 6533, 3). It is empty if there is no such
// form.
func encodeUTF8Xtext(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r):
			return ""
		case r == ' ' || r > 0x7f || r == '+' || r == '=' || r == '\\':
			fmt.Fprintf(&b, `\x{%X}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isPrintable tells printable ASCII.
func isPrintable(s string) bool {
	for i := range len(s) {
		if !isGraphic(s[i]) {
			return false
		}
	}
	return true
}

func appendIf(b []byte, yes bool, s string) []byte {
	if yes {
		b = append(b, s...)
	}
	return b
}
