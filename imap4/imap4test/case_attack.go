package imap4test

import (
	"fmt"
	"strings"
)

// attackCases are what has brought servers down, or had them obey what they had
// refused. Each ends with the question whether the server still serves others.
func attackCases() []testCase {
	list := injections()
	for _, a := range []struct {
		name, line string
		in         state
	}{
		{"LOGIN with a literal of 2 GiB", "LOGIN {2147483647}", greeted},
		{"SELECT with a literal of 2 GiB", "SELECT {2147483647}", authenticated},
		{"SEARCH with a literal of 4 GiB", "SEARCH SUBJECT {4294967296}", selected},
		{"CREATE with a literal beyond all bounds", "CREATE {99999999999999999999}", authenticated},
		{"a literal of negative size", "CREATE {-1}", authenticated},
		{"a literal in hexadecimal", "CREATE {0x10}", authenticated},
		{"a literal without a size", "CREATE {}", authenticated},
		{"a literal with only a plus", "CREATE {+}", authenticated},
		{"a literal with a space", "CREATE {1 }", authenticated},
		{"a literal with two plusses", "CREATE {1++}", authenticated},
	} {
		list = append(list, refusedLiteral(a.name, a.line, a.in))
	}
	big := func(what string) string { return strings.Repeat(what, 10_000) }
	for _, a := range []struct {
		name, line string
		in         state
	}{
		{"an atom of 1 MiB before the login", "NOOP" + strings.Repeat("x", 1<<20), greeted},
		{"a quoted string of 1 MiB before the login", `LOGIN "` + strings.Repeat("x", 1<<20) + `" b`, greeted},
		{"a tag of 1 MiB", strings.Repeat("x", 1<<20), greeted},
		{"10,000 brackets in FETCH", "FETCH 1 " + big("("), selected},
		{"10,000 brackets in SEARCH", "SEARCH " + big("(") + "ALL" + big(")"), selected},
		{"10,000 NOTs", "SEARCH " + big("NOT ") + "ALL", selected},
		{"10,000 ORs", "SEARCH " + big("OR ALL ") + "ALL", selected},
		{"10,000 keys", "SEARCH " + big("SUBJECT x ") + "ALL", selected},
		{"10,000 header keys", "SEARCH " + big("HEADER a b ") + "ALL", selected},
		{"a set of 10,000 ranges", "FETCH 1" + big(",1:*") + " FLAGS", selected},
		{"a set of 10,000 numbers", "SEARCH 1" + big(",1"), selected},
		{"10,000 flags", `STORE 1 FLAGS (\Seen` + big(` \Seen`) + ")", selected},
		{"one item 1,000 times", "FETCH 1:3 (" + strings.Repeat("BODY.PEEK[] ", 999) + "BODY.PEEK[])", selected},
		{"10,000 brackets in LIST", `LIST "" ` + big("("), authenticated},
		{"10,000 brackets in ID", "ID " + big("("), authenticated},
		{"10,000 patterns in LIST", `LIST "" (` + big("a ") + "a)", authenticated},
		{"10,000 items in STATUS", "STATUS INBOX (" + big("MESSAGES ") + "MESSAGES)", authenticated},
		{"10,000 stars in LIST", `LIST "" ` + big("*a") + "b", authenticated},
		{"a name of 2,000 octets", "STATUS " + strings.Repeat("x", 2000) + " (MESSAGES)", authenticated},
		{"a section of 10,000 parts", "FETCH 2 BODY.PEEK[1" + big(".1") + "]", selected},
		{"10,000 header fields", "FETCH 1 BODY.PEEK[HEADER.FIELDS (a" + big(" a") + ")]", selected},
	} {
		list = append(list, burden(a.name, a.line, a.in))
	}
	list = append(list, wildcards(), slowReader(), startTLSInjection(), manyLiterals())
	for _, m := range []struct{ name, text string }{
		{"1,000 parts in each other", nested(1000)},
		{"10,000 parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n\r\n", 10_000) + "--b--\r\n"},
		{"10,000 comments in each other", "To: " + big("(") + "x" + big(")") + " a@example.org\r\n\r\n"},
		{"an address without end", "From: " + big("<") + "\r\n\r\n"},
		{"10,000 parameters", "Content-Type: text/plain" + big(";\r\n a=b") + "\r\n\r\n"},
		{"10,000 parts of one parameter", "Content-Type: text/plain" + big(";\r\n a*0=b") + "\r\n\r\n"},
		{"an encoded word without end", "Subject: " + big("=?utf-8?q?") + "\r\n\r\n"},
		{"a message of line ends", big("\r\n")},
		{"a header without a body", "Subject: x"},
		{"octets that are in no character set", "Subject: \xff\xfe\x80\r\nFrom: \xc3( <a@b>\r\n\r\n\xff\r\n"},
	} {
		list = append(list, oddMessage(m.name, m.text))
	}
	return list
}

// injections: what is in a literal is never a command, also if the command that
// the literal belongs to is refused (RFC 7888, 4).
func injections() []testCase {
	var list []testCase
	for _, i := range []struct {
		name, line string
		in         state
	}{
		{"CREATE", "CREATE", authenticated},
		{"SELECT", "SELECT", authenticated},
		{"SEARCH", "SEARCH SUBJECT", selected},
		{"an unknown key of SEARCH", "SEARCH NO-SUCH-KEY", selected},
		{"APPEND to no mailbox", "APPEND ${box3}", authenticated},
		{"APPEND with bad flags", "APPEND ${box3} (", authenticated},
		{"ID", `ID ("name"`, authenticated},
		{"LOGIN after the login", "LOGIN a", authenticated},
		{"an unknown command", "NO-SUCH-COMMAND", authenticated},
		{"FETCH before SELECT", "FETCH 1", authenticated},
		{"STATUS", "STATUS", authenticated},
		{"STORE", "STORE 1 FLAGS", selected},
	} {
		for _, size := range []int{60, 4000, 9000, 100_000} {
			list = append(list, testCase{
				fmt.Sprintf("literals/%d octets that %s does not take", size, i.name), "RFC 7888, 4",
				"the content of a literal is never obeyed: it is passed over, or the server hangs up",
				i.in,
				[]string{"LITERAL+|LITERAL-"},
				func(s *session, vars map[string]string) { s.inject(i.line, size, vars) },
			})
		}
	}
	return list
}

func (s *session) inject(line string, size int, vars map[string]string) {
	name := vars["box2"] // a mailbox that must not come to be
	for k, v := range vars {
		line = strings.ReplaceAll(line, "${"+k+"}", v)
	}
	command := "x CREATE " + name + "\r\n"
	content := "\r\n" + strings.Repeat(command, size/len(command))
	content += strings.Repeat("y", size-len(content))
	s.peer.Send("b1 " + line + fmt.Sprintf(" {%d+}\r\n", size))
	s.peer.SendQuietly(content+"\r\n", fmt.Sprintf("%d octets of literal, with commands in it", size))
	s.peer.Send("b2 NOOP\r\n")
	for {
		r := s.read()
		if r.tag == "x" {
			s.Failf("the content of the literal is obeyed: %v", r)
		}
		if r.hungUp() || r.tag == "b2" {
			break
		}
	}
	s.missing(name)
}

// refusedLiteral: a synchronizing literal that is not wanted is refused at once,
// else both sides wait.
func refusedLiteral(name, line string, in state) testCase {
	return testCase{
		"literals/" + name, "RFC 9051, 4.3", "it is refused at once, without a request to go on; or the server hangs up", in, nil,
		func(s *session, _ map[string]string) {
			s.send(line)
			for {
				switch r := s.read(); {
				case r.tag == "+":
					s.Failf("the server asks to go on")
				case r.hungUp(), r.name == "BYE":
					s.afresh("such a literal")
					return
				case r.tag == s.pending[0].tag:
					if r.name == "OK" {
						s.Failf("answered by %v", r)
					}
					s.pending = nil
					s.alive("such a literal")
					return
				}
			}
		},
	}
}

// burden: a command may be refused, or the conversation ended, but an answer
// comes and the server lives.
func burden(name, line string, in state) testCase {
	return testCase{
		"limits/" + name, "RFC 9051, 11", "it is answered or refused in time, and the server lives on", in, nil,
		func(s *session, _ map[string]string) {
			s.peer.SendQuietly("b "+line+"\r\n", fmt.Sprintf("b %.60s... (%d octets)", line, len(line)))
			for {
				if r := s.read(); r.hungUp() || r.tag != "*" || r.name == "BYE" || r.name == "BAD" {
					break
				}
			}
			s.afresh("this")
		},
	}
}

func manyLiterals() testCase {
	return testCase{
		"limits/5,000 literals in a command", "RFC 9051, 11", "it is answered or refused in time, and the server lives on",
		selected,
		[]string{"LITERAL+"},
		func(s *session, _ map[string]string) {
			s.peer.SendQuietly("b SEARCH"+strings.Repeat(" SUBJECT {1+}\r\nx", 5000)+" ALL\r\n", "b SEARCH with 5,000 literals")
			for {
				if r := s.read(); r.hungUp() || r.tag != "*" || r.name == "BYE" || r.name == "BAD" {
					break
				}
			}
			s.afresh("this")
		},
	}
}

func wildcards() testCase {
	return testCase{
		"limits/wildcards that match in many ways", "RFC 9051, 6.3.9", "LIST takes no more time than its pattern and the names are long",
		authenticated, nil,
		func(s *session, vars map[string]string) {
			name := vars["box"] + strings.Repeat("a", 60)
			s.want("CREATE " + name)
			for _, w := range []string{"*", "%"} {
				if a := s.do(`LIST "" ` + vars["box"] + strings.Repeat(w+"a", 25) + w + "b"); len(a.untagged) > 0 && a.untagged[0].name == "LIST" {
					s.Failf("a mailbox matches that does not: %v", a.untagged[0])
				}
			}
			if a := s.want(`LIST "" ` + vars["box"] + strings.Repeat("*a", 25) + "*"); len(a.untagged) == 0 {
				s.Failf("the mailbox that matches is not listed")
			}
		},
	}
}

// nested is a message of so many levels.
func nested(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "\r\nx\r\n"
}

func oddMessage(name, text string) testCase {
	return testCase{
		"limits/" + name, "RFC 9051, 7.5.2", "such a message can be kept, and asked about, in time and in the formal syntax",
		filled, nil,
		func(s *session, vars map[string]string) {
			if a := s.do("APPEND " + vars["box"] + " <<" + text + ">>"); a.name != "OK" {
				s.NotApplicable("the server refuses the message")
			}
			s.want("SELECT " + vars["box"])
			for _, item := range []string{"RFC822.SIZE", "BODYSTRUCTURE", "BODY", "ENVELOPE", "BODY.PEEK[HEADER]", "BODY.PEEK[1]", "BODY.PEEK[]<0.100>"} {
				if name == "10,000 parts" && item[:4] == "BODY" && len(item) < 15 {
					continue // a line beyond what these cases read
				}
				s.want("FETCH 4 (" + item + ")")
			}
			s.want("SEARCH SUBJECT nothing TEXT nothing")
			s.afresh("such a message")
		},
	}
}

// slowReader: who does not read what was asked for delays nobody else.
func slowReader() testCase {
	return testCase{
		"sessions/one that does not read", "RFC 9051, 5.5", "a client that does not read delays no other at the same mailbox",
		selected, nil,
		func(s *session, vars map[string]string) {
			s.want("APPEND " + vars["box"] + " <<Subject: large\r\n\r\n" + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 13_000) + ">>")
			for i := range 8 {
				s.peer.Send(fmt.Sprintf("b%d UID FETCH 1:* BODY.PEEK[]\r\n", i))
			}
			other := newSession(s.Run, s.target, s.ctx)
			other.login()
			other.want("SELECT " + vars["box"])
			other.want(`STORE 1 +FLAGS (\Answered)`)
			other.want("FETCH 1:3 BODY.PEEK[HEADER]")
			other.want("APPEND " + vars["box"] + " <<" + vars["small"] + ">>")
			other.want("LIST \"\" " + vars["box"])
		},
	}
}

// startTLSInjection: what came in the clear is not obeyed behind TLS.
func startTLSInjection() testCase {
	return testCase{
		"STARTTLS/commands behind it in one piece", "RFC 9051, 6.2.1", "what came in the clear behind STARTTLS is not obeyed, neither before nor behind TLS",
		greeted, nil,
		func(s *session, _ map[string]string) {
			s.startTLSOffered()
			s.peer.Send("b1 STARTTLS\r\nb2 NOOP\r\n")
			r := s.read()
			if r.hungUp() || r.name != "OK" {
				s.afresh("STARTTLS with more behind it")
				return
			}
			if err := s.peer.TryTLS(s.ctx, s.target.clientTLS()); err != nil {
				s.afresh("STARTTLS with more behind it")
				return
			}
			s.peer.Send("b3 NOOP\r\n")
			for r := s.read(); !r.hungUp() && r.tag != "b3"; r = s.read() {
				if r.tag == "b2" {
					s.Failf("the command that came in the clear is obeyed")
				}
			}
		},
	}
}

func (s *session) startTLSOffered() {
	if s.overTLS || !s.caps["STARTTLS"] {
		s.NotApplicable("the server does not offer STARTTLS")
	}
}
