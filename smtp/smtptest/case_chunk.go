package smtptest

import (
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// mischief is a chunk that a server which does not count obeys.
const mischief = "RSET\r\nNOOP\r\n.\r\nQUIT\r\n"

// chunkCases are about BDAT: a chunk is octets, whatever becomes of it, and
// never commands.
func chunkCases() []testCase {
	list := []testCase{
		{
			"BDAT/whole", "RFC 3030, 2", "each chunk is answered by 250, the last one ends the message, and another may follow",
			func(s *session) {
				for range 2 {
					if s.peer == nil {
						s.chunks()
					} else {
						s.mail()
						s.rcpt()
					}
					s.chunk(2, "Subject: chunks\r\n\r\none\r\n", "")
					s.chunk(2, "two\r\n.\r\n", "")
					s.chunk(2, "three\r\n", " LAST")
				}
			},
		},
		{
			"BDAT/empty last chunk", "RFC 3030, 2", "BDAT 0 LAST ends a message",
			func(s *session) {
				s.chunks()
				s.chunk(2, "Subject: empty\r\n\r\n", "")
				s.chunk(2, "", " LAST")
				s.alive("the message")
			},
		},
		{
			"BDAT/nothing but an empty chunk", "RFC 3030, 2", "a message of BDAT 0 LAST alone is answered once and ends the transaction",
			func(s *session) {
				s.chunks()
				if r := s.do("BDAT 0 LAST"); r.class() == 3 || r.code == 0 {
					s.Failf("answered by %v", r)
				}
				s.want(5, "RCPT TO:<"+s.target.to()+">")
			},
		},
		{
			"BDAT/without recipients", "RFC 3030, 2", "a chunk without a recipient is refused, and its octets are not obeyed",
			func(s *session) {
				s.to(smtp.Mailed)
				s.needs("CHUNKING")
				s.swallowed(" LAST")
			},
		},
		{
			"BDAT/before MAIL", "RFC 3030, 2", "a chunk without a transaction is refused, and its octets are not obeyed",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("CHUNKING")
				s.swallowed("")
			},
		},
		{
			"BDAT/LAST twice", "RFC 3030, 2", "a chunk behind the last one is refused, and its octets are not obeyed",
			func(s *session) {
				s.chunks()
				s.chunk(2, "Subject: twice\r\n\r\n", " LAST")
				s.swallowed(" LAST")
			},
		},
		{
			"BDAT/error stays until LAST", "RFC 3030, 4.2", "behind a refused chunk others are refused, up to LAST or RSET",
			func(s *session) {
				s.to(smtp.Failed)
				s.swallowed("")
				s.swallowed(" LAST")
				s.want(2, "RSET")
				s.mail()
			},
		},
		{
			"BDAT/commands in a chunk", "RFC 3030, 2", "what looks like commands, or like the end of a message, in a chunk is neither",
			func(s *session) {
				s.chunks()
				s.chunk(2, mischief, "")
				s.chunk(2, mischief, " LAST")
				s.alive("the message")
			},
		},
		{
			"BDAT/pipelined", "RFC 3030, 4.2", "chunks may be pipelined, behind RCPT too: one reply each, in order",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("CHUNKING")
				s.needs("PIPELINING")
				s.peer.Send("MAIL FROM:<" + s.target.from() + ">\r\nRCPT TO:<" + s.target.to() + ">\r\n" +
					chunkOf("Subject: one\r\n\r\n", "") + chunkOf(mischief, "") + chunkOf("end\r\n", " LAST") + "NOOP\r\nXYZZY\r\n")
				s.classes(2, 2, 2, 2, 2, 2, 5)
			},
		},
		{
			"BDAT/many of one octet", "RFC 3030, 2", "a message may come in 2000 chunks of an octet each",
			func(s *session) {
				s.chunks()
				s.needs("PIPELINING")
				s.chunk(2, "Subject: dust\r\n\r\n", "")
				for range 20 {
					s.peer.SendQuietly(strings.Repeat(chunkOf("x", ""), 98)+chunkOf("\r", "")+chunkOf("\n", ""), "100 chunks of an octet")
					for range 100 {
						s.classes(2)
					}
				}
				s.chunk(2, "", " LAST")
				s.alive("the message")
			},
		},
		{
			"BDAT/long command line", "RFC 3030, 2", "a BDAT whose line is too long is obeyed, or no octet of its chunk is",
			func(s *session) {
				s.chunks()
				s.peer.SendQuietly("BDAT "+strconv.Itoa(len(mischief))+strings.Repeat(" ", 3000)+"LAST\r\n"+mischief, "a BDAT with 3000 spaces")
				r := s.reply()
				if r.class() == 2 {
					s.alive("the message")
					return
				}
				if replies := s.rest(); len(replies) > 1 {
					s.Failf("octets of a refused chunk were taken for commands: %v", replies[0])
				}
			},
		},
		{
			"BDAT/bad arguments between chunks", "RFC 5321, 4.1.4", "EHLO with arguments that cannot be read changes nothing: the message goes on",
			func(s *session) {
				s.chunks()
				s.chunk(2, "Subject: on\r\n\r\n", "")
				s.want(5, strings.TrimSuffix(s.hello(), " client.example"))
				s.chunk(2, "and on\r\n", " LAST")
			},
		},
		{
			"BDAT/octet by octet", "RFC 3030, 2", "chunks may come octet by octet",
			func(s *session) {
				s.chunks()
				octets := chunkOf("Subject: slow\r\n\r\n", "") + chunkOf(mischief, " LAST")
				s.peer.SendQuietly("", "two chunks octet by octet")
				for i := range len(octets) {
					s.peer.SendOctet(octets[i])
				}
				s.classes(2, 2)
				s.alive("the message")
			},
		},
	}
	for _, size := range []string{"", "-1", "+1", "0x10", "1.5", "1,5", "x", "5 FIRST", "5 LAST LAST", "123456789012345678901"} {
		list = append(list, badChunk(size))
	}
	for _, size := range []uint64{1 << 32, 1<<32 + 6, 1 << 63, 1<<64 - 1} {
		list = append(list, hugeChunk(strconv.FormatUint(size, 10)))
	}
	return append(list, hugeChunk("18446744073709551622"), hugeChunk("99999999999999999999"))
}

// chunks brings a new conversation to where a chunk may come.
func (s *session) chunks() {
	s.to(smtp.Ready)
	s.needs("CHUNKING")
}

// swallowed sends a chunk that is to be refused, and none of whose octets is
// to be obeyed. Hanging up is safe too.
func (s *session) swallowed(last string) {
	s.peer.Send(chunkOf(mischief, last) + "XYZZY\r\n")
	if r := s.reply(); r.class() == 2 || r.class() == 3 {
		s.Failf("BDAT is answered by %v", r)
	} else if r.code == 421 || r.code == 0 {
		return
	}
	if r := s.reply(); r.class() == 2 {
		s.Failf("a command in a refused chunk was obeyed: %v", r)
	}
	s.alive("a refused chunk")
}

// badChunk is a chunk of which nobody knows how long it is.
func badChunk(size string) testCase {
	return testCase{
		"BDAT/size " + strconv.Quote(size), "RFC 3030, 2",
		"where the size of a chunk does not parse, nothing behind it is taken for commands",
		func(s *session) {
			s.chunks()
			s.peer.Send("BDAT " + size + "\r\nNOOP\r\nNOOP\r\n")
			s.peer.EndSending()
			s.refusing()
		},
	}
}

// hugeChunk is a chunk that nobody sends to its end.
func hugeChunk(size string) testCase {
	return testCase{
		"BDAT/size " + size, "RFC 3030, 2",
		"a chunk that is far beyond the size that the server states is refused, or waited for, and not cut to 32 or 64 bits",
		func(s *session) {
			s.to(smtp.Greeted) // where no message is that it could be part of
			s.needs("CHUNKING")
			if limit := strings.TrimLeft(s.extensions["SIZE"], "0"); limit == "" || len(limit) > len("999999999") {
				s.NotApplicable("the server states no limit, or a large one")
			}
			s.peer.Send("BDAT " + size + "\r\nNOOP\r\nNOOP\r\n")
			s.peer.EndSending()
			s.refusing()
		},
	}
}

// refusing reads to the end of a conversation: no reply in it may say yes to
// what came before.
func (s *session) refusing() {
	for _, r := range s.untilEnd() {
		if r.class() == 2 || r.class() == 3 {
			s.Failf("octets of a refused chunk were obeyed: %v", r)
		}
	}
}

// classes reads replies, which must be of these classes.
func (s *session) classes(classes ...int) {
	for i, class := range classes {
		if r := s.reply(); r.class() != class {
			s.Failf("reply %d is %v, want %dxx", i+1, r, class)
		}
	}
}
