package dnsresolve

// A Reason is why mail for a domain has no route.
type Reason uint8

// The reasons.
const (
	// TryLater is a lookup that failed: 4.4.3.
	TryLater Reason = iota
	// Unreachable means that this system is among the domain's mail exchangers
	// and that those before it have no address: 4.4.4.
	Unreachable
	// NoMatch means that the domain's MTA-STS policy, in force, lists none of
	// its mail exchangers (RFC 8461, 4.1): 4.7.5.
	NoMatch
	// BadDomain is what cannot be a domain: 5.1.2.
	BadDomain
	// NoDomain is a domain that does not exist: 5.1.2.
	NoDomain
	// NullMX is a domain that says that it takes no mail (RFC 7505): 5.1.10.
	NullMX
	// NoAddress means that none of the mail exchangers has an address: 5.4.4.
	NoAddress
	// Refused means that they have addresses, all of which the AddrPolicy
	// refuses: 5.4.4.
	Refused
	// Loop means that this system is the domain's best mail exchanger, though
	// it does not think so itself (RFC 5321, 5.1): 5.4.6.
	Loop
)

// describe has what there is to say of each. Codes are those of RFC 3463 and
// RFC 7505.
func (r Reason) describe() (code, text string) {
	switch r {
	case TryLater:
		return "4.4.3", "the domain cannot be looked up now"
	case Unreachable:
		return "4.4.4", "the mail exchangers before this one have no address"
	case NoMatch:
		return "4.7.5", "no mail exchanger is in the domain's MTA-STS policy"
	case BadDomain:
		return "5.1.2", "not the name of a domain"
	case NoDomain:
		return "5.1.2", "the domain does not exist"
	case NullMX:
		return "5.1.10", "the domain takes no mail"
	case NoAddress:
		return "5.4.4", "no mail exchanger has an address"
	case Refused:
		return "5.4.4", "mail exchangers with private or local addresses only"
	case Loop:
		return "5.4.6", "mail for the domain would come back to this system"
	}
	return "4.4.3", "unknown"
}

// Code returns the enhanced status code for a delivery report.
func (r Reason) Code() string {
	code, _ := r.describe()
	return code
}

// String says the reason in a few words.
func (r Reason) String() string {
	_, text := r.describe()
	return text
}

// Temporary reports whether there may be a route later.
func (r Reason) Temporary() bool { return r.Code()[0] == '4' }

// A RouteError is why there is no route to a domain.
type RouteError struct {
	Domain string // as it was asked for
	Reason Reason
	Err    error // what is behind it, often an *Error; may be nil
}

// Error names the domain, the reason and what is behind it.
func (e *RouteError) Error() string {
	return "dnsresolve: no route to " + printable(e.Domain) + ": " + e.Reason.String() + because(e.Err)
}

// Unwrap returns Err.
func (e *RouteError) Unwrap() error { return e.Err }

// Temporary is that of the Reason.
func (e *RouteError) Temporary() bool { return e.Reason.Temporary() }
