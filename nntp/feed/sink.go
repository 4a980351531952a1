package feed

import (
	"context"

	"github.com/wirepost/wirepost/nntp"
)

// A Sink is where what was pulled goes. Its methods are called by one goroutine.
type Sink interface {
	// Seen reports whether an article of that identifier is, or was, here.
	Seen(ctx context.Context, id string) (bool, error)

	// Relay takes an article. The error is nil if it is stored,
	// nntp.ErrDuplicate if it was here before, and a Reply that is not Temporary
	// if it is not wanted. After any other error the article is fetched again
	// the next time. The octets are valid until Relay returns.
	Relay(ctx context.Context, article []byte) error
}

// A ServerSink is the Sink of a server of ours: articles are checked and stored
// as if a peer had sent them.
type ServerSink struct {
	Server *nntp.Server
	Source *nntp.Source // what it may feed: Source.Access.Feed; nil is everything
}

// Seen implements Sink.
func (s ServerSink) Seen(ctx context.Context, id string) (bool, error) {
	return s.Server.Store.Seen(ctx, id)
}

// Relay implements Sink.
func (s ServerSink) Relay(ctx context.Context, article []byte) error {
	from := s.Source
	if from == nil {
		from = &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}
	}
	return s.Server.Relay(ctx, from, article)
}
