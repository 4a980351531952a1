package imap4_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing/synctest"

	"github.com/wirepost/wirepost/imap4"
)

// A row is a message as a client knows it: what it was not told is zero.
type row struct {
	uid   imap4.UID
	mod   imap4.ModSeq
	flags string // sorted; known says whether they were told
	known bool
}

// A modelled session is a client that keeps no more than what it was told, and
// complains about what it must not be told.
type modelled struct {
	name    string
	enabled string // QRESYNC, CONDSTORE, UIDONLY, or several
	nc      net.Conn
	lines   chan string

	box      string
	rows     []row // with UIDONLY in no order
	exists   int   // with UIDONLY
	keywords map[string]bool
	tag      int
	command  string // under way; "" if none is
	status   string // of the last command
	earlier  bool   // SELECT with QRESYNC is under way, which speaks of what was known before
	base     map[imap4.UID]string

	script *[]string
}

func (s *modelled) is(what string) bool { return strings.Contains(s.enabled, what) }

// read hands on what the server says, literals and all.
func (s *modelled) read() {
	defer close(s.lines)
	r := bufio.NewReader(s.nc)
	for {
		var whole strings.Builder
		for more := true; more; {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			whole.WriteString(strings.TrimSuffix(line, "\r\n"))
			n, ok := literalOctets(line)
			if more = ok; ok {
				b := make([]byte, n)
				if _, err := io.ReadFull(r, b); err != nil {
					return
				}
				whole.WriteString(strings.NewReplacer("\r", "", "\n", "|").Replace(string(b)))
			}
		}
		s.lines <- whole.String()
	}
}

func literalOctets(line string) (int, bool) {
	m := regexp.MustCompile(`\{(\d+)\}\r\n$`).FindStringSubmatch(line)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// send begins a command. With "+" at its end it is what ends one.
func (s *modelled) send(command string) error {
	line := command
	if command != "DONE" {
		s.tag++
		s.command = command
		line = fmt.Sprintf("%s%d %s", s.name, s.tag, command)
	}
	*s.script = append(*s.script, s.name+": "+strings.ReplaceAll(command, "\r\n", "|"))
	_, err := io.WriteString(s.nc, line+"\r\n")
	return err
}

// hear takes in all that the server has said, once it has nothing more to say.
func (s *modelled) hear() error {
	synctest.Wait()
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				return fmt.Errorf("%s: the server has hung up", s.name)
			}
			*s.script = append(*s.script, s.name+"  "+line)
			if err := s.take(line); err != nil {
				return fmt.Errorf("%s: %q in %q: %w", s.name, line, s.command, err)
			}
			synctest.Wait()
		default:
			if s.command != "" && s.command != "IDLE" {
				return fmt.Errorf("%s: no answer to %q", s.name, s.command)
			}
			return nil
		}
	}
}

var responses = []struct {
	form *regexp.Regexp
	take func(s *modelled, m []string) error
}{
	{regexp.MustCompile(`^\* (\d+) EXISTS$`), (*modelled).takeExists},
	{regexp.MustCompile(`^\* (\d+) EXPUNGE$`), (*modelled).takeExpunge},
	{regexp.MustCompile(`^\* VANISHED( \(EARLIER\))? ([0-9:,]+)$`), (*modelled).takeVanished},
	{regexp.MustCompile(`^\* (\d+) (UID)?FETCH \((.*)\)$`), (*modelled).takeFetch},
	{regexp.MustCompile(`^\* FLAGS \((.*)\)$`), (*modelled).takeFlags},
	{regexp.MustCompile(`^\* SEARCH((?: \d+)*)(?: \(MODSEQ \d+\))?$`), (*modelled).takeSearch},
	{regexp.MustCompile(`^\* (OK|ENABLED|CAPABILITY|\d+ RECENT|ESEARCH)\b`), func(*modelled, []string) error { return nil }},
	{regexp.MustCompile(`^\+ `), func(*modelled, []string) error { return nil }},
	{regexp.MustCompile(`^([A-Z])(\d+) (OK|NO \[EXPUNGEISSUED\])`), (*modelled).takeTagged},
}

func (s *modelled) take(line string) error {
	for _, r := range responses {
		if m := r.form.FindStringSubmatch(line); m != nil {
			return r.take(s, m)
		}
	}
	return fmt.Errorf("not to be expected")
}

func (s *modelled) takeTagged(m []string) error {
	if m[1] != s.name || m[2] != strconv.Itoa(s.tag) || s.command == "" {
		return fmt.Errorf("the tag of no command")
	}
	if s.earlier {
		s.earlier = false
		if len(s.rows) != s.exists {
			return fmt.Errorf("%d messages are known and not vanished, %d exist", len(s.rows), s.exists)
		}
	}
	s.command, s.status = "", m[3]
	return nil
}

func (s *modelled) takeExists(m []string) error {
	n, err := strconv.Atoi(m[1])
	switch {
	case err != nil:
		return err
	case s.earlier:
		s.exists = n
		return nil
	case n < s.count():
		return fmt.Errorf("there were %d, and none was expunged", s.count())
	}
	s.exists = n
	if !s.is("UIDONLY") {
		s.rows = append(s.rows, make([]row, n-len(s.rows))...)
	}
	return nil
}

// count is how many messages there are.
func (s *modelled) count() int {
	if s.is("UIDONLY") {
		return s.exists
	}
	return len(s.rows)
}

// mayShrink reports an error where nobody may be told that messages are gone
// (RFC 9051, 7.5.1).
func (s *modelled) mayShrink() error {
	verb, _, _ := strings.Cut(s.command, " ")
	if s.command == "" || slices.Contains([]string{"FETCH", "STORE", "SEARCH"}, verb) {
		return fmt.Errorf("no message may be told to be gone now")
	}
	return nil
}

func (s *modelled) takeExpunge(m []string) error {
	n, err := strconv.Atoi(m[1])
	switch {
	case err != nil:
		return err
	case s.is("QRESYNC") || s.is("UIDONLY"):
		return fmt.Errorf("it is VANISHED that is told")
	case n < 1 || n > len(s.rows):
		return fmt.Errorf("there are %d messages", len(s.rows))
	}
	s.rows = slices.Delete(s.rows, n-1, n)
	return s.mayShrink()
}

func (s *modelled) takeVanished(m []string) error {
	if !s.is("QRESYNC") && !s.is("UIDONLY") {
		return fmt.Errorf("it is EXPUNGE that is told")
	}
	if (m[1] != "") != s.earlier {
		return fmt.Errorf("EARLIER is for those that were gone before")
	}
	for part := range strings.SplitSeq(m[2], ",") {
		first, last, two := strings.Cut(part, ":")
		if !two {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 32)
		if err != nil {
			return err
		}
		to, err := strconv.ParseUint(last, 10, 32)
		if err != nil {
			return err
		}
		for u := from; u <= to; u++ {
			if err := s.vanish(imap4.UID(u)); err != nil {
				return err
			}
		}
	}
	if s.earlier {
		return nil
	}
	return s.mayShrink()
}

// vanish forgets a message. One of those whose UIDs are not known may be meant.
func (s *modelled) vanish(u imap4.UID) error {
	at := slices.IndexFunc(s.rows, func(r row) bool { return r.uid == u })
	switch {
	case at < 0 && s.earlier:
		return nil // more may be told than is known (RFC 7162, 3.2.10)
	case s.is("UIDONLY") && !s.earlier:
		s.exists--
		if at < 0 {
			return nil
		}
	case at < 0:
		at = s.unknown(u)
		if at < 0 {
			return fmt.Errorf("UID %d was never told to be there", u)
		}
	}
	s.rows = slices.Delete(s.rows, at, at+1)
	return nil
}

// unknown finds a row that can be a message's, for UIDs ascend.
func (s *modelled) unknown(u imap4.UID) int {
	last := imap4.UID(0)
	for i, r := range s.rows {
		if r.uid == 0 && last < u {
			next := slices.IndexFunc(s.rows[i:], func(r row) bool { return r.uid != 0 })
			if next < 0 || s.rows[i+next].uid > u {
				return i
			}
		}
		last = max(last, r.uid)
	}
	return -1
}

var fetched = regexp.MustCompile(`^(?:(UID) (\d+)|(FLAGS) \(([^)]*)\)|(MODSEQ) \((\d+)\)|BODY\[[^]]*\] (?:"[^"]*"|\{\d+\}[^ )]*)) ?`)

func (s *modelled) takeFetch(m []string) error {
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return err
	}
	told := row{}
	for rest := m[3]; rest != ""; {
		item := fetched.FindStringSubmatch(rest)
		if item == nil {
			return fmt.Errorf("cannot read %q", rest)
		}
		rest = rest[len(item[0]):]
		switch {
		case item[1] != "":
			u, _ := strconv.ParseUint(item[2], 10, 32)
			told.uid = imap4.UID(u)
		case item[3] != "":
			told.flags, told.known = s.flags(item[4]), true
			for word := range strings.FieldsSeq(told.flags) {
				if !strings.HasPrefix(word, `\`) && !s.keywords[word] {
					return fmt.Errorf("keyword %q was not announced (RFC 9051, 7.3.5)", word)
				}
			}
		case item[5] != "":
			u, _ := strconv.ParseUint(item[6], 10, 64)
			told.mod = imap4.ModSeq(u)
		}
	}
	r, err := s.rowOf(n, m[2] != "", told.uid)
	if err != nil {
		return err
	}
	switch {
	case told.uid != 0 && r.uid != 0 && r.uid != told.uid:
		return fmt.Errorf("its UID was %d", r.uid)
	case told.mod != 0 && told.mod < r.mod:
		return fmt.Errorf("its mod-sequence was %d", r.mod)
	case told.mod != 0 && told.mod == r.mod && told.known && r.known && told.flags != r.flags && !strings.Contains(s.command, ".SILENT"):
		return fmt.Errorf("its flags were %q, with the same mod-sequence", r.flags)
	}
	r.uid, r.mod = max(r.uid, told.uid), max(r.mod, told.mod)
	if told.known {
		r.flags, r.known = told.flags, true
	}
	return nil
}

// rowOf finds the row that a FETCH response is about.
func (s *modelled) rowOf(n int, byUID bool, uid imap4.UID) (*row, error) {
	if byUID != s.is("UIDONLY") {
		return nil, fmt.Errorf("UIDFETCH is for UIDONLY alone (RFC 9586, 3.3)")
	}
	if byUID {
		uid = imap4.UID(n)
	} else if n < 1 || n > s.exists && s.earlier || n > s.count() && !s.earlier {
		return nil, fmt.Errorf("there are %d messages", s.count())
	}
	if !byUID && !s.earlier {
		return &s.rows[n-1], nil
	}
	at := slices.IndexFunc(s.rows, func(r row) bool { return r.uid == uid })
	if at < 0 {
		if byUID && len(s.rows) >= s.exists && !s.earlier {
			return nil, fmt.Errorf("all %d messages are known", s.exists)
		}
		at = len(s.rows)
		for i, r := range s.rows {
			if r.uid > uid {
				at = i
				break
			}
		}
		s.rows = slices.Insert(s.rows, at, row{uid: uid})
	}
	return &s.rows[at], nil
}

// flags puts flags in order, without those that depend on who asks.
func (s *modelled) flags(list string) string {
	words := slices.DeleteFunc(strings.Fields(list), func(w string) bool { return w == `\Recent` })
	slices.Sort(words)
	return strings.Join(words, " ")
}

func (s *modelled) takeFlags(m []string) error {
	s.keywords = map[string]bool{}
	for word := range strings.FieldsSeq(m[1]) {
		s.keywords[word] = true
	}
	return nil
}

// takeSearch checks the result of SEARCH ALL.
func (s *modelled) takeSearch(m []string) error {
	found := strings.Fields(m[1])
	if len(found) != s.count() {
		return fmt.Errorf("%d of %d messages", len(found), s.count())
	}
	for i, text := range found {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if s.command == "SEARCH ALL" && n != i+1 {
			return fmt.Errorf("%d is not the next", n)
		}
		if !strings.HasPrefix(s.command, "UID") || s.is("UIDONLY") {
			continue
		}
		if r := &s.rows[i]; r.uid != 0 && r.uid != imap4.UID(n) {
			return fmt.Errorf("the UID of %d was %d", i+1, r.uid)
		}
		s.rows[i].uid = imap4.UID(n)
	}
	return nil
}
