package smtp

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A ReturnType says how much of a message a delivery report is to return (RFC
// 3461, 4.3).
type ReturnType uint8

// The values of the RET parameter.
const (
	ReturnDefault ReturnType = iota // the reporter's choice
	ReturnFull                      // all of the message
	ReturnHeaders                   // its headers
)

// String returns the value of the RET parameter, empty for ReturnDefault.
func (r ReturnType) String() string {
	switch r {
	case ReturnFull:
		return "FULL"
	case ReturnHeaders:
		return "HDRS"
	}
	return ""
}

// Notify says in which cases to send a delivery report (RFC 3461, 4.1). Its
// bits can be combined, but for NotifyNever.
type Notify uint8

// The values of the NOTIFY parameter.
const (
	NotifyNever Notify = 1 << iota
	NotifySuccess
	NotifyFailure
	NotifyDelay
)

var notifyNames = []struct {
	bit  Notify
	name string
}{
	{NotifyNever, "NEVER"},
	{NotifySuccess, "SUCCESS"},
	{NotifyFailure, "FAILURE"},
	{NotifyDelay, "DELAY"},
}

// String returns the value of the NOTIFY parameter, empty for 0.
func (n Notify) String() string {
	var list []string
	for _, v := range notifyNames {
		if n&v.bit != 0 {
			list = append(list, v.name)
		}
	}
	return strings.Join(list, ",")
}

// parseNotify parses the value of NOTIFY: NEVER alone, or a list of others.
func parseNotify(s string) (Notify, error) {
	var n Notify
	for word := range strings.SplitSeq(s, ",") {
		bit := Notify(0)
		for _, v := range notifyNames {
			if ascii.EqualFold(word, v.name) {
				bit = v.bit
			}
		}
		if bit == 0 || n&bit != 0 {
			return 0, errSyntax
		}
		n |= bit
	}
	if n&NotifyNever != 0 && n != NotifyNever {
		return 0, errSyntax
	}
	return n, nil
}

// An OriginalAddress is the recipient as the sender wrote it, for reports (RFC
// 3461, 4.2).
type OriginalAddress struct {
	Type    string // "rfc822" or "utf-8" (RFC 6533), as the client wrote it; empty if there is none
	Address string // decoded
}

// Bounds on the values (RFC 3461, 4.2 and 4.4).
const (
	maxEnvelopeID = 100
	maxOriginal   = 500
)

func setReturn(m *MailParams, s string) error {
	switch {
	case ascii.EqualFold(s, "FULL"):
		m.Return = ReturnFull
	case ascii.EqualFold(s, "HDRS"):
		m.Return = ReturnHeaders
	default:
		return errSyntax
	}
	return nil
}

func setEnvelopeID(m *MailParams, s string) (err error) {
	if len(s) > maxEnvelopeID || s == "" {
		return errSyntax
	}
	m.EnvelopeID, err = decodeXtext(s)
	return err
}

func setNotify(r *RcptParams, s string) (err error) {
	r.Notify, err = parseNotify(s)
	return err
}

func setOriginal(r *RcptParams, s string) (err error) {
	kind, encoded, ok := strings.Cut(s, ";")
	if !ok || !isKeyword(kind) || encoded == "" || len(s) > maxOriginal {
		return errSyntax
	}
	r.Original.Type = kind
	if ascii.EqualFold(kind, "UTF-8") {
		r.Original.Address, err = decodeUTF8Xtext(encoded)
		return err
	}
	// Postfix sends a recipient outside ASCII as rfc822, in xtext, which RFC
	// 3461, 4.2 does not allow. It is what RFC 6533, 3 calls utf-8.
	r.Original.Address, err = decodeXtextUTF8(encoded)
	if !ascii.Is(r.Original.Address) {
		r.Original.Type = "utf-8"
	}
	return err
}
