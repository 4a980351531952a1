package dnsresolve

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An STSPolicy is what a domain asks of those who send it mail (RFC 8461, 3.2).
type STSPolicy struct {
	ID     string // of the TXT record that it was fetched for
	Mode   STSMode
	MX     []string // host names, in lower case; "*.example.org" is one label more
	MaxAge time.Duration
}

// An STSMode says what is to be done if a host does not satisfy a policy.
type STSMode uint8

// The modes (RFC 8461, 5).
const (
	// STSNone is no policy any more; the domain wants to be rid of it.
	STSNone STSMode = iota
	// STSTesting is to deliver and to report (RFC 8460).
	STSTesting
	// STSEnforce is not to deliver.
	STSEnforce
)

// String returns the mode as it is in a policy.
func (m STSMode) String() string {
	switch m {
	case STSNone:
		return "none"
	case STSTesting:
		return "testing"
	case STSEnforce:
		return "enforce"
	}
	return "STSMode(" + strconv.Itoa(int(m)) + ")"
}

// Matches reports whether the policy has the host (RFC 8461, 4.1).
func (p *STSPolicy) Matches(host string) bool {
	host = plain(host)
	for _, pattern := range p.MX {
		if domain, ok := strings.CutPrefix(pattern, "*."); ok {
			if _, rest, _ := strings.Cut(host, "."); rest == domain && host[0] != '.' {
				return true
			}
		} else if pattern == host {
			return true
		}
	}
	return false
}

// text returns the policy as a domain would have it.
func (p *STSPolicy) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: STSv1\nmode: %s\nmax_age: %d\n", p.Mode, p.MaxAge/time.Second)
	for _, mx := range p.MX {
		b.WriteString("mx: " + mx + "\n")
	}
	return b.String()
}

const (
	maxPolicy   = 64 << 10 // RFC 8461, 3.3
	maxPatterns = 1000
	maxAge      = 31557600 // seconds; a year
)

var errPolicy = errors.New("the policy is not one")

// parsePolicy reads a policy (RFC 8461, 3.2). Unknown fields do not matter, nor
// do later ones of the same name; their order is free.
func parsePolicy(text []byte) (*STSPolicy, error) {
	if len(text) > maxPolicy {
		return nil, fmt.Errorf("%w: more than %d octets", errPolicy, maxPolicy)
	}
	fields := map[string]string{}
	p := &STSPolicy{}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		value = strings.Trim(value, " \t")
		if name == "mx" {
			if value = plain(value); !isHost(strings.TrimPrefix(value, "*.")) {
				return nil, fmt.Errorf("%w: mx %q", errPolicy, printable(value))
			}
			if p.MX = append(p.MX, value); len(p.MX) > maxPatterns {
				return nil, fmt.Errorf("%w: more than %d mx", errPolicy, maxPatterns)
			}
		} else if _, ok := fields[name]; !ok {
			fields[name] = value
		}
	}
	if fields["version"] != "STSv1" {
		return nil, fmt.Errorf("%w: no version STSv1", errPolicy)
	}
	switch fields["mode"] {
	case "none":
	case "testing":
		p.Mode = STSTesting
	case "enforce":
		p.Mode = STSEnforce
	default:
		return nil, fmt.Errorf("%w: mode is not none, testing or enforce", errPolicy)
	}
	age, err := strconv.ParseUint(fields["max_age"], 10, 64)
	if err != nil || len(fields["max_age"]) > 10 {
		return nil, fmt.Errorf("%w: max_age is not a number of up to ten digits", errPolicy)
	}
	p.MaxAge = time.Duration(min(age, maxAge)) * time.Second
	if p.Mode != STSNone && len(p.MX) == 0 {
		return nil, fmt.Errorf("%w: no mx", errPolicy)
	}
	return p, nil
}

// policyID returns the id of the only record of MTA-STS among a name's TXT
// records (RFC 8461, 3.1). With several of them, or without, there is no policy.
func policyID(records []Record) (string, bool) {
	id, found := "", 0
	for _, r := range records {
		rest, ok := strings.CutPrefix(r.Text, "v=STSv1")
		rest = strings.TrimLeft(rest, " \t")
		if !ok || !strings.HasPrefix(rest, ";") {
			continue
		}
		found++
		for field := range strings.SplitSeq(rest, ";") {
			name, value, _ := strings.Cut(strings.Trim(field, " \t"), "=")
			if name == "id" && id == "" {
				id = value
			}
		}
	}
	return id, found == 1 && isID(id)
}

// isID reports whether s consists of 1 to 32 letters and digits.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}
