package ldapserver

import (
	"cmp"
	"time"
)

// Limits bound what clients may take. A field that is 0 means its default.
type Limits struct {
	Conns        int // open connections; 1,000, below 0 no limit
	ConnsPerAddr int // of one IPv4 address or IPv6 /64; 50, below 0 no limit

	Message     int // octets of a request; 64 KiB
	FilterDepth int // how deep filters may nest; 32
	FilterTerms int // comparisons in a filter, each piece of a substring one; 256
	Waiting     int // requests that a client may send ahead; 16
	Searches    int // searches at once, of all clients; 8

	Logins int // that may fail one after another before the conversation ends; 5, below 0 no limit

	SearchTime  time.Duration // of a search, with waiting for its turn; 30 seconds
	IdleTime    time.Duration // until the next request begins; 10 minutes
	RequestTime time.Duration // for a request that has begun to come; 30 seconds
	Handshake   time.Duration // of TLS; RequestTime if 0
	WriteTime   time.Duration // for the client to take 4 KiB of an answer; 1 minute
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Conns:        max(0, cmp.Or(l.Conns, 1000)), // 0 is no limit from here on
		ConnsPerAddr: max(0, cmp.Or(l.ConnsPerAddr, 50)),
		Message:      cmp.Or(max(0, l.Message), 64<<10),
		FilterDepth:  cmp.Or(max(0, l.FilterDepth), 32),
		FilterTerms:  cmp.Or(max(0, l.FilterTerms), 256),
		Waiting:      cmp.Or(max(0, l.Waiting), 16),
		Searches:     cmp.Or(max(0, l.Searches), 8),
		Logins:       max(0, cmp.Or(l.Logins, 5)),
		SearchTime:   cmp.Or(max(0, l.SearchTime), 30*time.Second),
		IdleTime:     cmp.Or(max(0, l.IdleTime), 10*time.Minute),
		RequestTime:  cmp.Or(max(0, l.RequestTime), 30*time.Second),
		Handshake:    cmp.Or(max(0, l.Handshake), max(0, l.RequestTime), 30*time.Second),
		WriteTime:    cmp.Or(max(0, l.WriteTime), time.Minute),
	}
}
