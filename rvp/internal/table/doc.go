// Package table keeps what an rvp.NodeStore has in memory, for the stores that
// work from there. It is made for many users: subscriptions are kept small, names
// that occur more than once are kept once, and there is neither a goroutine nor
// a timer for any of them. Nodes are spread over locks of their own.
//
//	table.go   Table: records
//	due.go     the calendar of what is due
//	subs.go    subscriptions
//	sweep.go   what has ended
//	counts.go  how much there is
//	change.go  what a Table tells of its changes, and how it is filled again
package table
