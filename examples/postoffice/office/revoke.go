package office

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/ldapserver"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
)

// A revocation says which conversations of a user are over, because of a change to his account.
type revocation struct {
	all      bool
	services []string // of manage.Switches, if not all
}

// revoked is what a change takes from him: everything with a new password, which whoever has the old one may not know.
func revoked(c *manage.UserChange) (r revocation) {
	r.all = c.Password != nil || c.Disabled != nil && *c.Disabled
	if c.Without != nil {
		r.services = *c.Without
	}
	return r
}

// serviceOf is the one of manage.Switches that a virtual server's protocol is.
func serviceOf(protocol string) string {
	if protocol == "smtp" || protocol == "lmtp" {
		return "submission"
	}
	return protocol
}

// revoke ends conversations of a user: those that wait at once, others when what they do is done. before is the account as it
// was.
func (o *Office) revoke(ctx context.Context, before store.Account, r revocation) {
	o.connected.all.Range(func(conn, p any) bool {
		if p := p.(*manage.Person); p.User == before.Name && r.ends(serviceOf(p.Protocol)) {
			conn.(visitor).End()
		}
		return true
	})
	if r.all {
		o.eachServer(func(s server) {
			switch s := s.(type) {
			case *ldapserver.Server:
				s.End(before.Name)
			case *httpServer:
				if s.site != nil {
					s.site.LogOut(ctx, before.Name)
				}
			}
		})
	}
	if r.ends("im") {
		if err := o.im.logOff(ctx, before); err != nil {
			o.log.ErrorContext(ctx, "instant messages: the user's states were not ended", "user", before.Name, "err", err)
		}
	}
}

func (r revocation) ends(service string) bool { return r.all || slices.Contains(r.services, service) }

// eachServer calls f for all engines, those that have left included.
func (o *Office) eachServer(f func(server)) {
	for _, v := range o.all() {
		v.mu.Lock()
		engines := v.engines()
		v.mu.Unlock()
		for _, e := range engines {
			f(e.server)
		}
	}
}

// recheck ends a conversation that has begun while its user was being locked out: revoke has not seen it.
func (o *Office) recheck(c visitor, protocol string) {
	account, err := o.store.Account(context.Background(), c.Identity().Name())
	if errors.Is(err, store.ErrNotFound) || err == nil && (account.Disabled || !isOn(account, serviceOf(protocol))) {
		c.End()
	}
}

// logOff ends what the programs of a user show of him: their leases are over.
func (m *messenger) logOff(ctx context.Context, a store.Account) error {
	for _, d := range m.servers().domains {
		for _, name := range d.users.addressed(a) {
			n, err := rvp.ParseNode(rvp.Node{Host: d.name, Name: name}.URL())
			if err != nil {
				continue // a name that nobody can be called by
			}
			err = m.store.Update(ctx, n, func(r *rvp.Record, now time.Time) error {
				for i := range r.Views {
					r.Views[i].Default, r.Views[i].Until, r.Next = rvp.Offline, now, now
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
