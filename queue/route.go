package queue

import (
	"context"
	"errors"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// ErrNoRoute: no way leads to the recipient. The mail fails with 5.4.4 (RFC 3463, 3.5).
var ErrNoRoute = errors.New("queue: no route to the recipient")

// A Route is a way to a recipient.
type Route struct {
	// Name is the unit of concurrency, holds and ETRN. Mail for two domains shares connections if it shares the name.
	Name string

	// Next are the hosts to try, in this order, as the Transport reads them: "relay.example.org:587", "[192.0.2.1]". None
	// are those that the DNS names for the recipient's domain.
	Next []string

	Options RouteOptions
}

// RouteOptions are what an administrator sets for a connector or a domain. The queue keeps to the first part of them
// and hands all to the Transport.
type RouteOptions struct {
	Park        bool       // wait until the destination asks for its mail, or an operator releases it; after a try that failed, again
	Schedules   *Schedules // in place of the Queue's
	MaxSize     int64      // octets of a message; larger ones fail with 5.3.4; 0: no limit
	Concurrency int        // deliveries at once, at most; 0: the Queue's
	PerMinute   int        // deliveries begun in a minute, at most; 0: no limit. Each process counts its own
	Refuse      bool       // the connector is shut: what comes for it fails with 5.7.1
	Stopped     bool       // no delivery is begun: what comes for it waits, and goes back when it expires

	// For the Transport.
	TLS     smtp.TLSPolicy
	Login   string // which login it is to use with smart hosts; empty: none
	Content Content
}

// Content is what a destination is to be sent (the E-mail Domain page of Exchange's Internet Mail Service). The zero
// value changes nothing.
type Content struct {
	UUEncode    bool          // attachments as uuencode in the text, no MIME
	MIME        bool          // files in uuencode in the text become attachments; not with UUEncode
	Charset     string        // of text; empty: as it is
	NoRichText  bool          // TNEF is taken out
	RichText    bool          // texts and attachments as TNEF; not with UUEncode or NoRichText
	LineLength  int           // text is wrapped there; 0: not
	NoReplies   bool          // automatic replies are dropped
	NoDelivered bool          // reports of what was delivered are dropped
	NoFailed    bool          // reports of what failed or is delayed are dropped
	NoNames     bool          // senders are shown without display names
	Timeout     time.Duration // for one delivery; 0: the Queue's
}

// A Router finds ways. Its methods are called concurrently, at every try: a Router may change its mind, and mail that waits
// goes the new way.
type Router interface {
	// Route returns the way to a recipient. down tells which ways are of no use at the moment; if there is no other, one
	// of them is returned all the same. ErrNoRoute if there is none at all.
	Route(ctx context.Context, to smtp.Path, down func(name string) bool) (Route, error)

	// Named returns the way of that name for a recipient, as Route once did; false if the name is no longer known.
	Named(ctx context.Context, name string, to smtp.Path) (Route, bool)
}
