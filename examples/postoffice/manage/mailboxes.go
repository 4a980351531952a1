package manage

import (
	"context"
	"iter"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Mailboxes moves messages into and out of mailboxes, and verifies where they are kept. It is the same
// whether the server runs in this process, in another, or not at all; others go on meanwhile.
type Mailboxes interface {
	// Import puts messages into the user's folder, and below it those that have folders of their own;
	// folders are made if need be. Each message is durable when progress is told of it, and seen at once
	// by who is connected; one whose import fails is not there at all, and the error names it. Do the
	// same import again after one that was cut short: what came in is known by its octets, its date and
	// its folder, for store.DefaultKeys, and passed over. progress may be nil.
	Import(ctx context.Context, user string, folder []string, messages iter.Seq2[mailfile.Message, error], progress func(done int64)) (Imported, error)

	// Export calls f for each message of a user, folder by folder in order of their paths, and within one
	// by UID. The Body is to be read before f returns. What comes or goes meanwhile may be left out.
	Export(ctx context.Context, user string, f func(Exported) error) error

	// Reindex counts everything again that is counted, forgets what can be made again, and then looks for
	// what is wrong still, to the end of every large message. progress is told how many of how many of
	// those are read; it may be nil.
	Reindex(ctx context.Context, progress func(done, total int64)) (Reindexed, error)

	Close() error
}

// An Imported tells what has become of the messages of an import.
type Imported struct {
	New   int64 // came in
	Known int64 // were there
}

// An Exported is a message on its way out. Its Folder begins with INBOX, or another folder at the
// top.
type Exported struct {
	mailfile.Message
	UID   store.UID
	Size  int64 // of the Body, in octets
	Total int64 // of all messages of the user, about
}

// A Reindexed tells what Reindex has found and done.
type Reindexed struct {
	Mended   int64    `json:"mended"`   // rows that count, put right
	Dropped  int64    `json:"dropped"`  // rows about what is not there, and what is made again when it is needed
	Problems []string `json:"problems"` // what it can't mend, up to 100; such as a message whose file is missing
}
