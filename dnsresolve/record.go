package dnsresolve

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"github.com/wirepost/wirepost/internal/ascii"
)

// owner returns the name that the record belongs to, in our form.
func owner(rr dns.RR) string { return plain(rr.Header().Name) }

// plain brings a name of a message into our form. What it holds may still need
// escapes, and then have some.
func plain(name string) string {
	if name == "." {
		return name
	}
	return ascii.Lower(strings.TrimSuffix(name, "."))
}

// target returns a name that a record leads to, if it is one.
func target(name string, is func(string) bool) (string, bool) {
	name = plain(name)
	return name, name == "." || is(name)
}

// record copies the data of a record. A host whose name is none is left out.
func record(rr dns.RR) (r Record, ok bool) {
	switch rr := rr.(type) {
	case *dns.A:
		r.Addr, ok = netip.AddrFromSlice(rr.A.To4())
	case *dns.AAAA:
		r.Addr, ok = netip.AddrFromSlice(rr.AAAA)
	case *dns.NS:
		r.Host, ok = target(rr.Ns, isHost)
	case *dns.CNAME:
		r.Host, ok = target(rr.Target, isName)
	case *dns.PTR:
		r.Host, ok = target(rr.Ptr, isHost)
	case *dns.MX:
		r.Priority = rr.Preference
		r.Host, ok = target(rr.Mx, isHost)
	case *dns.SRV:
		r.Priority, r.Weight, r.Port = rr.Priority, rr.Weight, rr.Port
		r.Host, ok = target(rr.Target, isHost)
	case *dns.TXT:
		r.Text, ok = text(rr.Txt), true
	case *dns.TLSA:
		data, err := hex.DecodeString(rr.Certificate)
		r.TLSA = TLSA{rr.Usage, rr.Selector, rr.MatchingType, data}
		ok = err == nil
	}
	return r, ok
}

// text joins the strings of a TXT record and takes their escapes away, but for
// those of control characters.
func text(parts []string) string {
	joined := strings.Join(parts, "")
	if strings.IndexByte(joined, '\\') < 0 {
		return joined
	}
	var b strings.Builder
	for i := 0; i < len(joined); i++ {
		c := joined[i]
		if c != '\\' || i+1 == len(joined) {
			b.WriteByte(c)
			continue
		}
		if code, ok := decimal(joined[i+1:]); !ok {
			i++
			b.WriteByte(joined[i])
		} else if code < 0x80 {
			b.WriteString(joined[i : i+4])
			i += 3
		} else {
			b.WriteByte(code)
			i += 3
		}
	}
	return b.String()
}

// decimal reads the three digits of an escape.
func decimal(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	n := 0
	for i := range 3 {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return byte(n), n < 256
}

// escape writes control characters as text does.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == 0x7f {
			b.Write([]byte{'\\', '0' + c/100, '0' + c/10%10, '0' + c%10})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
