// Package wire is the plumbing under the line protocols: lines that end in
// CRLF and nothing else, dot-stuffed and counted bodies, replies that leave
// when the peer has nothing more queued, and deadlines that ask for progress.
// It knows no protocol.
//
// Rules that hold everywhere in it:
//
//  1. One goroutine reads and writes a Conn. Only Abort and Interrupt may be
//     called from others. (Duplex and Behind have a second one while they run.)
//  2. What is queued is sent before a read that has to wait: a batch of
//     pipelined commands costs one write, and no answer is ever withheld.
//  3. A line ends in CRLF, a body in CRLF.CRLF. A bare CR or LF ends nothing
//     and is never handed on (RFC 5321, 2.3.8), unless BodyLimit.Lax asks for it.
//  4. A body that was cut short ends in io.ErrUnexpectedEOF, never io.EOF.
//  5. A Conn that waits for a command holds no buffer.
//
// The files:
//
//	conn.go      Conn: buffers in and out, fill and flush
//	wait*.go     waiting for the first octet without a buffer
//	stop.go      Abort, Interrupt, and whose deadline counts
//	line.go      lines with a limit
//	scan.go      what the body codecs look for, in bulk
//	dotread.go   dot-stuffed bodies in
//	dotwrite.go  dot-stuffed bodies out
//	counted.go   bodies of a known length in
//	readfrom.go  bodies out
//	progress.go  deadlines by progress
//	duplex.go    sending much while its answers come in
//	behind.go    sending while reading, as long as it takes
//	tls*.go      the change to TLS, as its server and as its client
//	wrap.go      another layer around the connection
//	textcheck.go  bodies that are not dot-stuffed, checked
//	detach.go    a connection for another use
//	linger.go    the end of a connection that the peer must still read from
//	quickack*.go the delayed acknowledgement that would cost 40 ms
package wire
