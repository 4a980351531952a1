// Package queue sends mail on: it keeps what it has accepted until each recipient has been served, refused or given up,
// and tells the sender.
//
// A [Queue] owns the scheduling. A [Store] keeps messages (queue/memory forgets them, queue/sqlite does not), a [Transport]
// takes them to other hosts, or anywhere else, a [Router] says which way, a [Schedule] when to try again, a [Reporter]
// writes to senders, a [Tracker] is told of everything:
//
//	q := &queue.Queue{Store: store, Transport: transport, Reporter: reporter}
//	go q.Run(ctx, time.Minute)
//	...
//	id, err := q.Add(ctx, queue.Submission{Envelope: env, Body: body, Size: -1})
//
// Add may be called from a smtp.Backend as it is: what it refuses with are Replies where there is something to say.
//
// A Message is kept once; its recipients are in Items, one for each [Route] that some of them take. An Item is claimed as
// a [Lease], so that many processes can work on one Store: who has lost the lease cannot settle any more. A message is
// delivered twice only if a connection was lost at the worst moment (RFC 1047), or a lease was.
//
// The Queue remembers how destinations do: how many deliveries at once they take, how many they are to get in a minute,
// and which do not answer. Those are probed by one delivery at a time, and their mail goes another way if there is one.
// Sources and routes take turns, so nobody's bulk delays anybody else.
//
// Of the standards it keeps to RFC 5321, 4.5.4.1 (retries) and 6.3 (loops), RFC 3461 (who is told of what), RFC 2852 (DELIVERBY),
// RFC 4865 (FUTURERELEASE), RFC 6710 (priorities), and RFC 1985 and RFC 2645 (mail that waits until it is asked for, by
// Release).
//
// The files:
//
//	queue.go      Queue and Limits
//	message.go item.go  what is kept
//	store.go      what a Store does
//	add.go hops.go  how a message comes in
//	mode.go       switches: accept, queue, deliver
//	route.go      Router; connectors.go pattern.go: by address spaces; sites.go: over connected sites
//	schedule.go   when to try again
//	run.go        claiming what is due
//	attempt.go    one turn of an item; conclude.go: what came of it; settle.go ways.go: and how it is kept
//	transport.go  what a Transport does
//	shaper.go breaker.go  how much each destination takes
//	report.go     what senders are told; reports*.go: the Reporter that writes it
//	admin.go      list, hold, release, retry, reroute, drop
//	stats.go      figures
//	track.go tracklog.go  what became of every message
package queue
