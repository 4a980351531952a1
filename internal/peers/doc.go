// Package peers measures wirepost beside other libraries that do the same, in
// one run. It is a module of its own, so that wirepost does not depend on what
// it is compared with. It needs Linux: it reads /proc.
//
//	go test -run '^$' -bench . -benchtime 20x
//
// One operation of BenchmarkSMTP is a round: each server in turn takes the same
// messages from the same client over the same number of connections, which
// stay open. -benchtime 20x makes twenty rounds, and what is reported is the
// median of them:
//
//	wirepost-µs/msg     CPU time, user and system, of a server's process
//	wirepost/go-smtp    how the two relate; the median of the rounds' quotients
//	floor/go-smtp       the same for the floor, and for smtp-sink
//
// Read the quotients, not the microseconds: those depend on the machine and on
// what else it does, which the turns even out. The floor is a loop that reads
// lines and answers them with fixed text, whatever they say. It is what a
// server costs that does no work, not one that could be used. smtp-sink is
// Postfix's test server in C, if Debian's package postfix is installed. Neither
// of the two takes chunks (BDAT), where the others alone are compared. There,
// what wirepost does more than its peer is to look at every line: a bare CR or LF
// is refused in chunks, too.
//
// BenchmarkSMTPClient measures clients in the same way, each in a process of its
// own, that send to smtp-sink over connections that they keep.
//
// BenchmarkPOP3 measures servers of POP3, Dovecot's for a peer if it is installed
// and root runs the test. They share no code with the servers below.
//
// BenchmarkMIME measures parsers of messages, in this process: megabytes of
// message a second of CPU time, with the collection of garbage that falls into
// it, and how the CPU times relate. wirepost-index finds the parts and decodes nothing.
//
// Every server is a process of its own, a child of the test, so that its CPU
// time and its memory are its alone. On the loopback interface the work of
// receiving TCP is mostly charged to the sender.
//
// BenchmarkSMTPIdle counts the memory that connections hold which have sent
// EHLO and wait, without the kernel's part. BenchmarkSMTPAllocs counts what a
// message allocates, with server and client in one process; the client
// allocates nothing.
//
// All servers discard the messages and log nothing. wirepost and go-smtp limit
// the size of a message, the number of recipients and the time of reads and
// writes, and they do it alike.
//
// To see where a server's time goes:
//
//	go test -run '^$' -bench 'SMTP$/1KiB/lockstep' -benchtime 20x -profile /tmp
//	go tool pprof -top /tmp/wirepost.pprof
//
// To run a server alone, for another load generator, name it in PEERS_SERVER:
// the test binary then prints its address, and serves until its standard input
// ends.
//
// The files:
//
//	wirepost.go gosmtp.go floor.go  the servers
//	server.go   the table of them
//	child.go    a server or client in a process of its own, seen from within
//	process.go  the same, seen from the test
//	program.go  a server that is a program of others
//	sender.go   the clients that are measured
//	parsers.go  the parsers of messages
//	mails.go    the messages
//	client.go   the client that measures servers: one session
//	load.go     many sessions at once
//	sample.go   medians and quotients
package peers
