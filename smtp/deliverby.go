package smtp

import (
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// DeliverBy is a time limit on a message (RFC 2852). The zero value is none.
type DeliverBy struct {
	// In is the time that is left. It may be negative when Mode is
	// DeliverByNotify and the message is late already.
	In    time.Duration
	Mode  DeliverByMode
	Trace bool // report each relay
}

// A DeliverByMode says what to do with a message that is late.
type DeliverByMode byte

// The modes of DELIVERBY.
const (
	DeliverByReturn DeliverByMode = 'R' // return it
	DeliverByNotify DeliverByMode = 'N' // say so, and go on
)

// maxByDigits is how long a by-time may be (RFC 2852, 4).
const maxByDigits = 9

// String returns the value of the BY parameter, empty for none.
func (d DeliverBy) String() string {
	if d.Mode == 0 {
		return ""
	}
	s := strconv.FormatInt(int64(d.In/time.Second), 10) + ";" + string(rune(d.Mode))
	if d.Trace {
		s += "T"
	}
	return s
}

// setDeliverBy parses a by-value: seconds, with a sign or without, a semicolon,
// R or N, perhaps T.
func setDeliverBy(m *MailParams, s string) error {
	seconds, mode, ok := strings.Cut(s, ";")
	if !ok || len(strings.TrimLeft(seconds, "+-")) > maxByDigits {
		return errSyntax
	}
	n, err := strconv.ParseInt(seconds, 10, 64) // it takes one sign, as by-time does
	if err != nil {
		return errSyntax
	}
	d := DeliverBy{In: time.Duration(n) * time.Second}
	switch {
	case ascii.EqualFold(mode, "R"), ascii.EqualFold(mode, "RT"):
		d.Mode = DeliverByReturn
	case ascii.EqualFold(mode, "N"), ascii.EqualFold(mode, "NT"):
		d.Mode = DeliverByNotify
	default:
		return errSyntax
	}
	d.Trace = len(mode) == 2
	if d.Mode == DeliverByReturn && n <= 0 {
		return errSyntax // RFC 2852, 4: a message that is late already cannot be sent so
	}
	m.DeliverBy = d
	return nil
}

// setPriority parses the value of MT-PRIORITY: -9 to 9 (RFC 6710, 4.1).
func setPriority(m *MailParams, s string) error {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) != 1 || digits[0] < '0' || digits[0] > '9' || s == "-0" {
		return errSyntax
	}
	m.Priority = int8(digits[0] - '0')
	if len(s) == 2 {
		m.Priority = -m.Priority
	}
	return nil
}

// maxHoldDigits is how long an interval may be (RFC 4865, 5).
const maxHoldDigits = 9

// setHoldFor parses the value of HOLDFOR: seconds from now. The handler counts
// from the moment of the command.
func (r *mailRequest) setHoldFor(s string) error {
	if s == "" || s[0] == '0' || len(s) > maxHoldDigits || strings.Trim(s, "0123456789") != "" || r.hold {
		return errSyntax
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return errSyntax
	}
	r.hold, r.holdFor = true, time.Duration(n)*time.Second
	return nil
}

// setHoldUntil parses the value of HOLDUNTIL: an RFC 3339 time in UTC.
func (r *mailRequest) setHoldUntil(s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || r.hold {
		return errSyntax
	}
	r.hold, r.HoldUntil = true, t
	return nil
}
