// Package sqlite has an rvp.NodeStore that survives its process: a table in
// memory, whose changes are written behind it into an SQLite database, many at
// a time.
//
//	store, err := sqlite.Open(ctx, "im.db", sqlite.Options{})
//	...
//	defer store.Close()
//
// A crash loses what happened in the last second or so. Clients mend that: a
// subscription that was lost is subscribed anew when it is to be renewed, and
// one that came back has an ID that no other will get.
// If the disk is full the store goes on in memory, and writes everything down
// when there is room again.
//
//	store.go    Open, Close
//	schema.go   the tables
//	load.go     what is read at the start
//	journal.go  changes that are to be written
//	write.go    how they are
package sqlite
