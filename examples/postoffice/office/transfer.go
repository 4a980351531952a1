package office

import (
	"context"
	"math"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// backend is that of a virtual server for mail to come in.
func (o *Office) backend(s *setting) smtp.Backend {
	if s.Protocol == "smtp" {
		return fromOutside{o.inbound(s)}
	}
	return o.inbound(s)
}

// fromOutside is inbound for servers that other hosts connect to: their conversations count for Connector.Inbound.
type fromOutside struct{ *inbound }

// NewSession implements smtp.Backend.
func (b fromOutside) NewSession(_ context.Context, c *smtp.Conn) (smtp.Session, error) {
	if err := b.gateway.enter(); err != nil {
		return nil, err
	}
	return &inboundSession{inbound: b.inbound, conn: c, outside: true}, nil
}

// elsewhere is a mailbox that is nobody's (RFC 2606, 2).
var elsewhere = smtp.Path{Local: "postmaster", Domain: "elsewhere.invalid"}

// begin finds out who sends, and tells other hosts to come back if nothing is taken from them now.
func (s *inboundSession) begin(ctx context.Context) error {
	err := s.relay(ctx, s.conn, elsewhere)
	if _, refused := asReply(err); err != nil && !refused {
		return err
	}
	s.own, s.leaving = err == nil, false
	if !s.own && !s.gateway.mayCome() {
		return queue.NotAccepting
	}
	return nil
}

// mayLeave judges whether the transaction's message may leave, once for all of its recipients.
func (s *inboundSession) mayLeave(ctx context.Context) error {
	if s.leaving {
		return nil
	}
	err := s.gateway.mayLeave(ctx, s.conn.Identity().Name(), s.from)
	s.leaving = err == nil
	return err
}

// limits are those of the queue.
func (c *Connector) limits() queue.Limits {
	return queue.Limits{Deliveries: c.Outbound, PerRoute: c.PerDestination, Timeout: c.Delivery}
}

// messages is how many a connection to another host carries.
func (c *Connector) messages() int {
	if c.PerConnection == 0 {
		return math.MaxInt
	}
	return c.PerConnection
}
