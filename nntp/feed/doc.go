// Package feed carries news between servers (RFC 5537, 3.6 and 3.10): Push sends
// what has come to peers, by streaming (RFC 4644) or IHAVE; Pull fetches what
// peers have, by NEWNEWS or by article numbers, as a reader does.
//
//	push := &feed.Push{
//		Store: store,
//		Peers: []*feed.Peer{{
//			Name:   "news.there.example",
//			Groups: nntp.MatchAll(),
//			Dial: func(ctx context.Context) (*nntp.Client, error) {
//				return nntp.Dial(ctx, "news.there.example:119", &nntp.Options{Feed: true})
//			},
//			Backlog: backlog, // from OpenFile
//		}},
//	}
//	srv := &nntp.Server{Store: store, Accepted: push.Accepted}
//	go push.Run(ctx)
//
// An article is offered to a peer once it is in the Store here, and its
// identifier stays in the peer's Backlog until the peer has answered: it is
// offered again after whatever crash, and the peer knows what it has. So nothing
// is lost, and nothing doubled. Push.Recover looks for what a crash has caught
// between the Store and the Backlog.
//
// Feeds runs both for a list of Sites, as a configuration has it, in place of all
// that.
//
// The files:
//
//	feeds.go     Feeds: all of them
//	site.go      Site: what a configuration says of one
//	peer.go      Peer: what a peer gets, and how
//	push.go      Push: what has come goes to whom it is for
//	queue.go     what is to be offered to one peer, in memory
//	worker.go    the connections to one peer, and the pauses between them
//	stream.go    one connection, by CHECK and TAKETHIS
//	ihave.go     one connection, by IHAVE
//	text.go      an article that is being sent
//	recover.go   what a crash has kept from the backlogs
//	stats.go     Stats
//	backlog.go   Backlog
//	file.go      File: a Backlog in a file; commit.go, compact.go: how it is written
//	pull.go      Pull; newnews.go, numbers.go: its two ways
//	passed.go    what a Pull need not fetch again
//	sink.go      Sink: where what was pulled goes
//	marks.go     Marks: how far a Pull has come
package feed
