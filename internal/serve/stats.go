package serve

// Stats are the counters of a Life.
type Stats struct {
	Accepted      uint64 // connections that were accepted, those refused included
	RefusedPaused uint64 // refused because of Pause
	RefusedFull   uint64 // refused because of Options.MaxConns
	RefusedAddr   uint64 // refused because of Options.MaxConnsPerAddr
	Denied        uint64 // refused because of Options.Allow and Deny
	ProxyErrors   uint64 // closed because the PROXY header was missing, malformed or late
	AcceptErrors  uint64 // errors of Accept after which it was tried again
	Panics        uint64 // conversations that ended in a panic

	Conns  int // connections that Serve has let in and that are open now; Options.MaxConns bounds it
	Active int // conversations now: those between Enter and leave

	Paused   bool // Pause was called, and Resume was not
	Draining bool // Shutdown or Close has begun
}

// Stats returns the counters as they are now.
func (l *Life) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

// add adds one to a counter of l.stats.
func (l *Life) add(counter *uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*counter++
}
