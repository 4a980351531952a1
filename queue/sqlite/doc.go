// Package sqlite keeps a queue in an SQLite database, in a directory that belongs to one process. It needs no cgo.
//
//	s, err := sqlite.Open(ctx, sqlite.Options{Dir: "/var/spool/wirepost"})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	q := &queue.Queue{Store: s, Transport: transport}
//
// What was acknowledged is on disk: the database is in WAL mode with synchronous=FULL, and one goroutine writes what many
// callers wait for in one commit. Bodies up to 64 KiB stay in memory until the Add that names them, and are written in its
// transaction, so that a message costs one commit; up to 64 MiB and an hour or two, beyond that they are written alone.
// Longer ones are files in the folder "bodies", durable before the row that names them. Copy the directory while the store is closed; an open
// one is copied by Snapshot.
//
// A claim looks at what is due and at nothing else, by a list in memory of which routes and sources have mail and when to
// look there (lanes.go). Its cost does not grow with the number of items that wait, nor with those of a route that is at its
// limit. Find by what only the record of an item has (Sender, To, Domain, Tags) reads all items that the rest of the filter
// lets through; Routes reads an index of all items.
//
// Where things are:
//
//	open.go     Options, Open, Close
//	schema.go   the tables and their versions
//	conn.go     connections, prepared statements, readers
//	writer.go   group commit: how callers wait for the writer
//	tx.go       the transaction, and what a failed change takes with it
//	ids.go      numbers that never come again
//	lanes.go    which route and source to look at, and when
//	claim.go    Claim
//	bell.go     Wait
//	add.go      Add, and what Settle adds
//	settle.go   Settle, Extend, and what goes with the last item
//	find.go     Find, Routes
//	filter.go   filters, in SQL and after it
//	update.go   Update
//	body.go     PutBody, OpenBody
//	stage.go    a body as it is read: into memory, or a file
//	shelf.go    short bodies that no message names yet
//	files.go    files of large bodies
//	snapshot.go a copy of it all, of one moment
//	sweep.go    what is removed from time to time
//	row.go      an item as it is read
//	record.go   what columns do not hold
//	codec.go    how that is written
//	stamp.go    times as numbers
//	failure.go  errors
//	lock_*.go   one process at a time
package sqlite
