// Package tracklog is the message tracking log: what became of every message,
// on disk, a file a day, as Exchange kept it. It is a queue.Tracker that is not
// slowed down by the disk, and the search over what was written.
//
//	log, err := tracklog.Open(tracklog.Options{Dir: dir, Days: 30})
//	q := &queue.Queue{Tracker: log, ...}
//	...
//	for e, err := range log.Search(ctx, tracklog.Query{Recipient: "tim@example.org"}) {
//		fmt.Println(e.Time, e.Kind, e.Message, e.Reply) // newest first
//	}
//	life, err := log.Path(ctx, id) // all of one message, in order
//
// Search and Path are functions too, for a process other than the one that
// writes.
//
// A file is named YYYYMMDD.log, for the local day that it was begun on. The
// first line names the fields. Each further one is an event for one recipient:
// the fields are parted by tabs, and what could end a line or a field is
// escaped (\t, \n, \r, \\, \xHH), so that no content can make two records of
// one. The first twelve fields are those of queue.FileTracker, whose files are
// read too, and may be gone on with.
//
// The files:
//
//	event.go   Event
//	tracked.go and back to a queue.Event
//	line.go    an event as a line, and back
//	escape.go  fields
//	log.go     Log: Track
//	writer.go  the goroutine that writes
//	days.go    the files, and how long they are kept
//	query.go   Query, and which lines it wants
//	search.go  Search and Path
//	reverse.go the lines of a file, last first
package tracklog
