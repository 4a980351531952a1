package office

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// A NewsPeer is another news server that may feed us. A client is it if its address is in Networks or
// one of Hosts, unless there are none of both, and if it has logged in as User, unless that is empty.
type NewsPeer struct {
	Name     string // its path identity
	Networks config.Networks
	Hosts    []string
	User     string

	Groups        nntp.Wildmat // that it may send; none is all
	Distributions nntp.Wildmat // the same
	NoStreaming   bool         // neither CHECK nor TAKETHIS
}

func newsPeerOf(p *config.NewsPeer) (peer NewsPeer, err error) {
	peer = NewsPeer{Name: p.Name, Networks: p.Networks, Hosts: p.Hosts, User: p.User, NoStreaming: !p.Streaming}
	if peer.Groups, err = nntp.ParsePatterns(cmp.Or(p.Groups, "*")); err == nil && p.Distributions != "" {
		peer.Distributions, err = nntp.ParsePatterns(p.Distributions)
	}
	return peer, err
}

// peerLookup is how long a client waits for the addresses of the peers that it may be.
const peerLookup = 5 * time.Second

// feeder is the first of the peers that the client is, or nil.
func (o *Office) feeder(ctx context.Context, c *nntp.Conn, peers []NewsPeer) *NewsPeer {
	if len(peers) == 0 {
		return nil
	}
	from, _ := netip.ParseAddrPort(c.RemoteAddr().String()) // what is no address is in no network
	user := c.Identity().Name()
	ctx, cancel := context.WithTimeout(ctx, peerLookup)
	defer cancel()
	for i := range peers {
		p := &peers[i]
		switch {
		case p.User != "" && store.FoldName(p.User) != store.FoldName(user):
		case len(p.Networks)+len(p.Hosts) == 0 && p.User == "": // nothing tells it from others
		case len(p.Networks)+len(p.Hosts) == 0, p.Networks.Contain(from.Addr()), o.isHost(ctx, p, from.Addr().Unmap()):
			return p
		}
	}
	return nil
}

// isHost reports whether the DNS has an address for one of the peer's hosts. The resolver remembers what
// it was told; one that can't tell makes the client nobody.
func (o *Office) isHost(ctx context.Context, p *NewsPeer, from netip.Addr) bool {
	for _, host := range p.Hosts {
		answer, err := dnsresolve.Addrs(ctx, o.sender.resolver, host)
		if err != nil {
			o.config.category("nntp").WarnContext(ctx, "a news peer can't be looked up", "peer", p.Name, "host", host, "err", err)
			continue
		}
		if slices.ContainsFunc(answer.Records, func(r dnsresolve.Record) bool { return r.Addr.Unmap() == from }) {
			return true
		}
	}
	return false
}

// permit lets the peer feed; nobody is no peer.
func (p *NewsPeer) permit(a *nntp.Access) {
	if p != nil {
		a.Feed, a.Distributions, a.Peer, a.NoStreaming = p.Groups, p.Distributions, p.Name, p.NoStreaming
	}
}
