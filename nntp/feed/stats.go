package feed

import "time"

// Stats are what became of the articles for one peer since the Push began.
type Stats struct {
	Peer string

	Offered  uint64 // times that one was offered, by CHECK, IHAVE or TAKETHIS
	Accepted uint64 // articles that the peer took
	Refused  uint64 // that it had or did not want when they were offered: 435, 438
	Rejected uint64 // that it did not take when it had seen them: 437, 439
	Deferred uint64 // times that it put one off: 431, 436; or that the Store failed
	Missing  uint64 // that had gone from the Store
	Expired  uint64 // that were offered for MaxAge in vain
	Dropped  uint64 // that there was no room for in the backlog
	Octets   int64  // of those accepted

	Queued int           // articles that are to be sent now
	Lag    time.Duration // how long the oldest of them waits
	Conns  int           // connections now
	Err    error         // why the last connection failed; nil once the peer has answered to an article on another one
}

// Stats returns those of every peer, in the order of Peers.
func (p *Push) Stats() []Stats {
	if p.ready() != nil {
		return nil
	}
	all := make([]Stats, len(p.peers))
	for i, peer := range p.peers {
		all[i] = peer.queue.snapshot(time.Now())
	}
	return all
}

func (q *queue) snapshot(now time.Time) Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Queued = len(q.known)
	for _, e := range q.known {
		s.Lag = max(s.Lag, now.Sub(e.Added))
	}
	return s
}
