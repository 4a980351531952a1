package imap4

import (
	"context"

	"github.com/wirepost/wirepost/internal/ascii"
)

// GetQuota asks for what is used of a quota root, and its limits (RFC 9208, 4.1.1).
func (c *Client) GetQuota(ctx context.Context, root string) (*QuotaRoot, error) {
	return c.quota(ctx, clientCommand{verb: "GETQUOTA", args: func(e *clientEncoder) { e.raw(" ").str(root) }}, root)
}

// SetQuota sets limits of a quota root; resources that are not named have none
// then (RFC 9208, 4.1.3).
func (c *Client) SetQuota(ctx context.Context, root string, limits []QuotaLimit) (*QuotaRoot, error) {
	return c.quota(ctx, clientCommand{verb: "SETQUOTA", args: func(e *clientEncoder) {
		e.raw(" ").str(root).raw(" ")
		clientList(e, limits, func(l QuotaLimit) {
			if l.Limit < 0 {
				e.fail("the limit %d of %s: leave it out to have none", l.Limit, l.Name)
				return
			}
			e.atom(l.Name).raw(" ").number(uint64(l.Limit))
		})
	}}, root)
}

func (c *Client) quota(ctx context.Context, cmd clientCommand, root string) (*QuotaRoot, error) {
	got := &QuotaRoot{Name: root}
	cmd.needs = "QUOTA"
	cmd.take = func(v any) bool {
		r, is := v.(*QuotaRoot)
		if is {
			got = r
		}
		return is
	}
	if _, err := c.run(ctx, cmd); err != nil {
		return nil, err
	}
	return got, nil
}

// clientQuotaRoots is a QUOTAROOT response.
type clientQuotaRoots struct {
	mailbox string
	roots   []string
}

// GetQuotaRoot asks for the quota roots of a mailbox (RFC 9208, 4.1.2).
func (c *Client) GetQuotaRoot(ctx context.Context, name string) ([]QuotaRoot, error) {
	var names []string
	known := make(map[string]*QuotaRoot)
	_, err := c.run(ctx, clientCommand{
		verb: "GETQUOTAROOT", needs: "QUOTA",
		args: func(e *clientEncoder) { e.raw(" ").mailbox(name) },
		take: func(v any) bool {
			switch v := v.(type) {
			case clientQuotaRoots:
				names = append(names, v.roots...)
			case *QuotaRoot:
				known[v.Name] = v
			default:
				return false
			}
			return true
		},
	})
	if err != nil {
		return nil, err
	}
	var all []QuotaRoot
	for _, one := range names {
		r := QuotaRoot{Name: one}
		if have := known[one]; have != nil {
			r = *have
		}
		all = append(all, r)
	}
	return all, nil
}

func (conn *clientConn) readQuota() {
	p := &conn.p
	r := &QuotaRoot{Name: p.astring()}
	p.space()
	p.list(func() {
		one := QuotaResource{Name: ascii.Upper(p.atom())}
		p.space()
		one.Usage = int64(p.number())
		p.space()
		one.Limit = int64(p.number())
		r.Resources = append(r.Resources, one)
	})
	p.end()
	conn.offer(r, Update{})
}

func (conn *clientConn) readQuotaRoot() {
	p := &conn.p
	got := clientQuotaRoots{mailbox: conn.decodeName(p.astring())}
	for p.err == nil && p.take(' ') {
		if p.i < len(p.b) {
			got.roots = append(got.roots, p.astring())
		}
	}
	p.end()
	conn.offer(got, Update{})
}
