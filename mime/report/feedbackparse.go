package report

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// ParseFeedback reads a message/feedback-report, decoded of its transfer encoding. It never fails: what was wrong is told
// to found, which may be nil.
func ParseFeedback(b []byte, found *defect.List) *Feedback {
	r := new(Feedback)
	for f := range scan(b, found) {
		r.read(f)
	}
	if r.Type == "" || r.UserAgent == "" || r.Version == 0 {
		found.Add(MissingField, -1)
	}
	return r
}

func (r *Feedback) read(f *field) {
	switch f.name {
	case "feedback-type":
		if kind := lower(f.value); atom(kind) {
			set(f, &r.Type, kind)
		} else {
			f.wrong(BadValue)
		}
	case "user-agent":
		set(f, &r.UserAgent, f.value)
	case "version":
		set(f, &r.Version, number(f))
	case "original-envelope-id":
		set(f, &r.EnvelopeID, f.value)
	case "original-mail-from":
		set(f, &r.MailFrom, barePath(f.value))
	case "arrival-date", "received-date": // the latter in drafts
		setDate(f, &r.Arrival)
	case "reporting-mta":
		set(f, &r.ReportingMTA, parseTyped(f))
	case "source-ip":
		ip, err := netip.ParseAddr(strings.Trim(f.value, "[]"))
		if err != nil {
			f.wrong(BadValue)
			return
		}
		set(f, &r.SourceIP, ip.WithZone(""))
	case "incidents":
		set(f, &r.Incidents, number(f))
	case "original-rcpt-to":
		several(&r.RcptTo, barePath(f.value))
	case "authentication-results":
		several(&r.AuthResults, f.value)
	case "reported-domain":
		several(&r.Domains, f.value)
	case "reported-uri":
		several(&r.URIs, f.value)
	default:
		extension(f, &r.Extensions)
	}
}

func several(to *[]string, value string) {
	if value != "" {
		*to = append(*to, value)
	}
}

// number reads a positive number. A version may have a point, and then counts as what is before it.
func number(f *field) int {
	digits, _, _ := strings.Cut(f.value, ".")
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1 {
		f.wrong(BadValue)
		return 0
	}
	return int(n)
}

// barePath is an address without angle brackets.
func barePath(s string) string {
	for s = clean(s); s != nullPath; s = clean(s[1 : len(s)-1]) {
		if !strings.HasPrefix(s, "<") || !strings.HasSuffix(s, ">") || len(s) < 2 {
			break
		}
	}
	return s
}
