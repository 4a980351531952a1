package dnstest

import (
	"time"

	"github.com/miekg/dns"

	"github.com/wirepost/wirepost/dnsresolve"
)

// A Fault is what goes wrong when a name is asked for. Several of them may come
// together.
type Fault struct {
	Type  dnsresolve.Type // is asked for; zero is any
	Times int             // how many questions it is for; zero is all

	Code      int           // the RCODE of the answer, which has no records: 2 is SERVFAIL, 5 REFUSED
	Bogus     bool          // SERVFAIL, since DNSSEC validation failed (RFC 8914, 4.7)
	Lame      bool          // a referral instead of an answer
	NoEDNS    bool          // FORMERR if the question has EDNS
	Silent    bool          // no answer
	Delay     time.Duration // before the answer
	Truncated bool          // over UDP, no more than the TC flag
	NoTCP     bool          // connections end without an answer
	Drip      time.Duration // over TCP, the pause before each octet
	WrongID   bool          // the answer has another id
	Cut       bool          // the header says that there is one more record
	NoFollow  bool          // aliases are left to the client
	NoSOA     bool          // answers without records do not say how long
	Insecure  bool          // no AD flag
	Spoof     string        // a zone that forged answers are made from; they come first, and the right one after them

	// Raw makes the answer, or none if it returns nil.
	Raw func(query []byte) []byte
}

// A fault is a Fault of a name.
type fault struct {
	Fault
	name string
	left int
}

// Fail has something go wrong when a name is asked for; "." is every name. Of
// several Faults of a name the last one counts that is not used up.
func (s *Server) Fail(name string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{Fault: f, name: dns.CanonicalName(name), left: f.Times})
}

// fault returns what goes wrong for the question. The lock is held.
func (s *Server) fault(q dns.Question) Fault {
	for i := len(s.faults) - 1; i >= 0; i-- {
		f := s.faults[i]
		if f.name != "." && f.name != dns.CanonicalName(q.Name) || f.Type != 0 && uint16(f.Type) != q.Qtype {
			continue
		}
		if f.Times > 0 {
			if f.left == 0 {
				continue
			}
			f.left--
		}
		return f.Fault
	}
	return Fault{}
}
