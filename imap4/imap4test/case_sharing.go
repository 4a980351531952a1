package imap4test

import "slices"

// sharingCases are about mailboxes of one user that another sees or does not.
// Every command asks for rights of its own, and what is forbidden looks like what
// is not there.
func sharingCases() []testCase {
	var list []testCase
	for _, c := range []struct {
		name, ref, requirement, rights string
		do                             func(s *session, box string)
	}{
		{"no rights", "RFC 4314, 6", "without rights a mailbox is not there, for any command", "", func(s *session, box string) {
			var texts []string
			for _, command := range []string{
				"SELECT " + box, "EXAMINE " + box, "STATUS " + box + " (MESSAGES)", "APPEND " + box + " <<Subject: x\r\n\r\nx\r\n>>", "DELETE " + box,
				"RENAME " + box + " scratch-of-another", "GETACL " + box, "MYRIGHTS " + box, "SETACL " + box + " anyone lr", "LISTRIGHTS " + box + " anyone",
			} {
				a := s.do(command)
				if a.name != "NO" {
					s.Failf("%s is answered by %v, want NO", verbOf(command), a)
				}
				texts = append(texts, a.codeName())
			}
			if i := slices.Index(texts, "NOPERM"); i >= 0 {
				s.Failf("command %d tells that the mailbox is there", i+1)
			}
			for _, r := range s.want(`LIST "" ` + box).untagged {
				if r.name == "LIST" {
					s.Failf("it is listed")
				}
			}
		}},
		{"lookup", "RFC 4314, 4", `with "l" alone it is listed, and cannot be read`, "l", func(s *session, box string) {
			s.listed(box)
			s.refuse("SELECT "+box, "STATUS "+box+" (MESSAGES)", "APPEND "+box+" <<Subject: x\r\n\r\nx\r\n>>", "DELETE "+box)
		}},
		{"read", "RFC 4314, 4", `with "lr" it can be read, and nothing can be changed`, "lr", func(s *session, box string) {
			if a := s.want("SELECT " + box); a.codeName() != "READ-ONLY" {
				s.Failf("answered by %v, want [READ-ONLY]", a)
			}
			s.want("FETCH 1:3 (FLAGS BODY[])")
			s.refuse(`STORE 1 +FLAGS (\Flagged)`, "APPEND "+box+" <<Subject: x\r\n\r\nx\r\n>>", "DELETE "+box, "SETACL "+box+" anyone lr", "GETACL "+box)
			for _, r := range s.want("FETCH 1 FLAGS").untagged {
				m := matcher{make(map[string]string)}
				if r.name == "FETCH" && m.match(`* 1 FETCH (FLAGS ())`, r) != nil {
					s.Failf("reading or a refused command has set flags: %v", r)
				}
			}
		}},
		{"seen", "RFC 4314, 4", `with "lrs" \Seen can be changed, and no other flag`, "lrs", func(s *session, box string) {
			s.want("SELECT " + box)
			s.want(`STORE 1 +FLAGS (\Seen)`)
			s.refuse(`STORE 1 +FLAGS (\Flagged)`)
		}},
		{"insert", "RFC 4314, 4", `with "li" messages can be appended`, "li", func(s *session, box string) {
			s.want("APPEND " + box + " <<Subject: x\r\n\r\nx\r\n>>")
			s.refuse("SELECT " + box)
		}},
		{"flags of what is appended", "RFC 4314, 4", `without "s" and "w" a message is appended without its flags`, "lri", func(s *session, box string) {
			s.want("APPEND " + box + ` (\Seen \Flagged) <<Subject: x` + "\r\n\r\nx\r\n>>")
			s.want("SELECT " + box)
			for _, r := range s.want("FETCH 4 FLAGS").untagged {
				m := matcher{make(map[string]string)}
				if r.name == "FETCH" && m.match(`* 4 FETCH (FLAGS ())`, r) != nil {
					s.Failf("it has flags: %v", r)
				}
			}
		}},
		{"expunge", "RFC 4314, 4", `without "e" nothing is expunged, neither by EXPUNGE nor by CLOSE`, "lrst", func(s *session, box string) {
			s.want("SELECT " + box)
			s.want(`STORE 1 +FLAGS.SILENT (\Deleted)`)
			s.refuse("EXPUNGE")
			s.do("CLOSE")
			s.want("SELECT " + box)
			s.want("FETCH 3 UID")
		}},
		{"move", "RFC 6851, 4.3", `without "t" and "e" nothing is moved away`, "lrs", func(s *session, box string) {
			if !s.offers("MOVE") {
				s.NotApplicable("the server does not offer MOVE")
			}
			s.want("SELECT " + box)
			s.refuse("MOVE 1 INBOX")
			s.want("FETCH 3 UID")
		}},
		{"create below", "RFC 4314, 4", `without "k" nothing is created below`, "lrswi", func(s *session, box string) {
			s.refuse("CREATE "+box[:len(box)-1]+s.delimiter()+`x"`, "RENAME "+box+" scratch-of-another")
		}},
		{"taken away", "RFC 4314, 6", "rights that are taken away are gone at once", "lrswit", nil},
	} {
		list = append(list, testCase{"sharing/" + c.name, c.ref, c.requirement, filled, []string{"ACL", "NAMESPACE"}, func(s *session, vars map[string]string) {
			other, box := s.share(vars["box"], c.rights)
			if c.do != nil {
				c.do(other, box)
				return
			}
			other.want("SELECT " + box)
			s.want("DELETEACL " + vars["box"] + " " + quote(s.target.Other))
			if a := other.do(`STORE 1 +FLAGS (\Flagged)`); a.name == "OK" {
				s.Failf("STORE is answered by %v", a)
			}
		}})
	}
	return list
}

// share gives rights to the other user, and returns that user's session and the
// mailbox's name in it.
func (s *session) share(box, rights string) (*session, string) {
	if s.target.Other == "" || s.target.OtherPassword == "" {
		s.NotApplicable("no second login is known")
	}
	if rights != "" {
		s.want("SETACL " + box + " " + quote(s.target.Other) + " " + rights)
	}
	other := newSession(s.Run, s.target, s.ctx)
	other.loginAs(s.target.Other, s.target.OtherPassword)
	for _, r := range other.want("NAMESPACE").untagged {
		if r.name == "NAMESPACE" && r.args[1].kind == list {
			prefix := r.args[1].list[0].list[0].text
			return other, quote(prefix + s.target.User + other.delimiter() + box)
		}
	}
	s.NotApplicable("the server has no namespace of other users")
	return nil, ""
}

func (s *session) delimiter() string {
	for _, r := range s.want(`LIST "" ""`).untagged {
		if r.name == "LIST" {
			return r.args[1].text
		}
	}
	return "/"
}

// refuse sends commands that must be refused.
func (s *session) refuse(commands ...string) {
	for _, c := range commands {
		if a := s.do(c); a.name == "OK" {
			s.Failf("%s is answered by %v, want NO", verbOf(c), a)
		}
	}
}

// listed checks that a mailbox is listed.
func (s *session) listed(box string) {
	if !slices.ContainsFunc(s.want(`LIST "" `+box).untagged, func(r *response) bool { return r.name == "LIST" }) {
		s.Failf("%s is not listed", box)
	}
}
