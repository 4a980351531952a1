//go:build interop

package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startIMAP starts a server of the test's own, and returns it and the file of
// its certificate.
func startIMAP(t *testing.T) (p *program, trust string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	return startProgram(t, buildProgram(t, "."), dir), filepath.Join(dir, "certificate.pem")
}

// texts are messages of all kinds, by their X-Letter. Each has a Message-ID, by
// which clients tell messages apart, and an end of its header: maildirs and
// clients that write there need one.
func texts() []string {
	list := []string{
		"Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\nencoded\r\n",
		"Subject: Gr\u00fc\u00dfe \u65e5\u672c\r\n\r\nraw\r\n",
		nested("Subject: nested\r\nMIME-Version: 1.0\r\n", 5) + "\r\n",
		tenMiB(),
	}
	for _, c := range contents {
		text := c.text
		if !strings.Contains(text, "\r\n\r\n") {
			text += "\r\n"
		}
		list = append(list, text)
	}
	for i, text := range list {
		list[i] = letterText(fmt.Sprintf("%02d", i), text)
	}
	return list
}

// letterText puts the fields that tell a letter from others before it.
func letterText(id, text string) string {
	return fmt.Sprintf("X-Letter: %s\r\nFrom: =?UTF-8?B?QsO2Yg==?= <bob@postoffice.test>\r\nTo: alice@postoffice.test\r\n"+
		"Date: Fri, 02 Jan 2026 15:04:05 +0100\r\nMessage-ID: <%[1]s@x.example>\r\n%[2]s", id, text)
}

// nested is a message of multiparts within one another.
func nested(header string, depth int) string {
	if depth == 0 {
		return header + "Content-Type: text/plain; charset=us-ascii\r\n\r\nat last"
	}
	b := "b" + strconv.Itoa(depth)
	return header + "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\npreamble\r\n--" + b + "\r\n" +
		"Content-Type: message/rfc822\r\n\r\n" + nested("Subject: inner\r\n", depth-1) + "\r\n--" + b + "--\r\n"
}

// A mail is a message as it lies somewhere. Two that are equal have, byte for
// byte, the same text.
type mail struct {
	Subject string
	Size    int
	Sum     string
	Flags   string // without \Recent, in order
}

var subjectField = regexp.MustCompile(`(?m)^Subject: (.*)\r$`)

func newMail(text string, flags ...string) mail {
	m := mail{Size: len(text), Sum: fmt.Sprintf("%x", sha256.Sum256([]byte(text)))}
	if subject := subjectField.FindStringSubmatch(text); subject != nil {
		m.Subject = subject[1]
	}
	flags = slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return f == "" || f == `\Recent` })
	slices.Sort(flags)
	m.Flags = strings.Join(flags, " ")
	return m
}

// A tree is all the mail of a user, by folders.
type tree map[string][]mail

func (f tree) add(folder string, mails ...mail) {
	if strings.HasPrefix(folder, "Public Folders") {
		return // the news groups are there from the start, and not every client takes them
	}
	f[folder] = append(f[folder], mails...)
	slices.SortFunc(f[folder], func(a, b mail) int {
		return strings.Compare(a.Subject+" "+a.Sum+" "+a.Flags, b.Subject+" "+b.Sum+" "+b.Flags)
	})
}

// A session is an IMAP session by hand.
type session struct {
	t   *testing.T
	nc  net.Conn
	r   *bufio.Reader
	tag int

	own *regexp.Regexp // fields that a client puts before messages: mails leaves them out
}

// login opens a session of one of the users.
func login(t *testing.T, p *program, name, password string) *session {
	t.Helper()
	nc, err := net.Dial("tcp", p.ready.IMAP)
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(5*time.Minute)))
	s := &session{t: t, nc: nc, r: bufio.NewReader(nc)}
	require.Contains(t, s.read(), "* OK ")
	s.do("LOGIN %s %s", name, password)
	return s
}

// loginAs opens a session of one of the demo users.
func loginAs(t *testing.T, p *program, user int) *session {
	t.Helper()
	return login(t, p, p.ready.Users[user].Name, p.ready.Users[user].Password)
}

var literalEnd = regexp.MustCompile(`\{(\d+)\}\r\n$`)

// read reads one response, its literals with it.
func (s *session) read() string {
	s.t.Helper()
	var b strings.Builder
	for {
		line, err := s.r.ReadString('\n')
		require.NoError(s.t, err)
		b.WriteString(line)
		size := literalEnd.FindStringSubmatch(line)
		if size == nil {
			return strings.TrimSuffix(b.String(), "\r\n")
		}
		n, err := strconv.ParseInt(size[1], 10, 64)
		require.NoError(s.t, err)
		_, err = io.CopyN(&b, s.r, n)
		require.NoError(s.t, err)
	}
}

func (s *session) write(text string) {
	s.t.Helper()
	_, err := io.WriteString(s.nc, text)
	require.NoError(s.t, err)
}

// try runs a command and returns the untagged responses and the end of the
// tagged one.
func (s *session) try(format string, args ...any) (untagged []string, tagged string) {
	s.t.Helper()
	s.tag++
	tag := "t" + strconv.Itoa(s.tag) + " "
	s.write(tag + fmt.Sprintf(format, args...) + "\r\n")
	for {
		line := s.read()
		if tagged, ok := strings.CutPrefix(line, tag); ok {
			return untagged, tagged
		}
		untagged = append(untagged, line)
	}
}

// do runs a command that succeeds.
func (s *session) do(format string, args ...any) []string {
	s.t.Helper()
	untagged, tagged := s.try(format, args...)
	require.Regexp(s.t, "^OK ", tagged, "%.200s", fmt.Sprintf(format, args...))
	return untagged
}

// put appends a message.
func (s *session) put(folder, flags, text string) {
	s.t.Helper()
	s.do("APPEND %q (%s) {%d+}\r\n%s", folder, flags, len(text), text)
}

var (
	listResponse  = regexp.MustCompile(`^\* LIST \((.*?)\) "/" "?(.*?)"?$`)
	fetchResponse = regexp.MustCompile(`(?s)^\* \d+ FETCH \(UID \d+ FLAGS \((.*?)\) BODY\[\] \{\d+\}\r\n(.*)\)$`)
)

// folders lists the folders that have mail in them.
func (s *session) folders() []string {
	s.t.Helper()
	var names []string
	for _, line := range s.do(`LIST "" "*"`) {
		m := listResponse.FindStringSubmatch(line)
		require.NotNil(s.t, m, line)
		if !strings.Contains(m[1], `\Noselect`) {
			names = append(names, m[2])
		}
	}
	return names
}

// mails reads a folder.
func (s *session) mails(folder string) []mail {
	s.t.Helper()
	s.do("EXAMINE %q", folder)
	var mails []mail
	for _, line := range s.do("UID FETCH 1:* (FLAGS BODY.PEEK[])") {
		m := fetchResponse.FindStringSubmatch(line)
		require.NotNil(s.t, m, "%.200q", line)
		text := m[2]
		if s.own != nil {
			text = s.own.ReplaceAllString(text, "")
		}
		mails = append(mails, newMail(text, strings.Fields(m[1])...))
	}
	s.do("UNSELECT")
	return mails
}

// tree reads all folders.
func (s *session) tree() tree {
	s.t.Helper()
	f := make(tree)
	for _, name := range s.folders() {
		f.add(name, s.mails(name)...)
	}
	return f
}

// states tells all that changes when something changes in a folder.
func (s *session) states() []string {
	s.t.Helper()
	var list []string
	for _, name := range s.folders() {
		list = append(list, s.do("STATUS %q (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE)", name)...)
	}
	return list
}

// find returns the UID of the message of that X-Letter in the selected folder.
func (s *session) find(id string) string {
	s.t.Helper()
	uids := strings.Fields(s.do("UID SEARCH HEADER X-Letter %s", id)[0])[2:]
	require.Len(s.t, uids, 1, "letter %s", id)
	return uids[0]
}

// runClient runs a client that ends with status zero and returns what it printed.
func runClient(t *testing.T, args ...string) string {
	t.Helper()
	out, err := tryClient(t, args...)
	require.NoError(t, err, "%.4000s", out)
	return out
}

// tryClient runs a client.
func tryClient(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	path, err := exec.LookPath(args[0])
	require.NoError(t, err, "install %s", args[0])
	cmd := exec.CommandContext(ctx, path, args[1:]...)
	cmd.WaitDelay = time.Second
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir, "TERM=xterm", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// writeFile writes a client's file and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// maildirFlags are IMAP's flags as maildirs write them.
var maildirFlags = map[rune]string{'D': `\Draft`, 'F': `\Flagged`, 'R': `\Answered`, 'S': `\Seen`, 'T': `\Deleted`}

// readMaildirs reads a folder of maildirs. Their lines end in LF. Fields that the
// client has put before the message are left out.
func readMaildirs(t *testing.T, root string, own *regexp.Regexp) tree {
	t.Helper()
	f := make(tree)
	require.NoError(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		parent, kind := filepath.Split(filepath.Dir(path))
		folder, relErr := filepath.Rel(root, parent)
		switch {
		case err != nil:
			return err
		case relErr != nil:
			return relErr
		case e.IsDir() && e.Name() == "cur":
			folder, relErr = filepath.Rel(root, filepath.Dir(path))
			f.add(folder)
			return relErr
		case e.IsDir() || kind != "cur" && kind != "new":
			return nil
		}
		text, err := os.ReadFile(path)
		var flags []string
		_, info, _ := strings.Cut(e.Name(), ":2,")
		for _, r := range info {
			flags = append(flags, maildirFlags[r])
		}
		crlf := strings.ReplaceAll(string(text), "\n", "\r\n")
		f.add(folder, newMail(own.ReplaceAllString(crlf, ""), flags...))
		return err
	}))
	return f
}

// fill gives a user letters of all kinds in some folders, and flags to some.
func fill(s *session) {
	s.t.Helper()
	flags := []string{``, `\Seen`, `\Flagged \Seen`, `\Answered`, `\Draft`}
	for i, text := range texts() {
		s.put("INBOX", flags[i%len(flags)], text)
	}
	s.do(`CREATE Letters/2026`)
	s.do(`CREATE "With space"`)
	s.do(`CREATE "R&AOQ-tsel"`)
	s.put("Letters", `\Seen`, letterText("l1", "Subject: in Letters\r\n\r\n1\r\n"))
	s.put("Letters/2026", ``, letterText("l2", "Subject: in 2026\r\n\r\n2\r\n"))
	s.put("With space", `\Flagged`, letterText("l3", "Subject: in a space\r\n\r\n3\r\n"))
	s.put("R&AOQ-tsel", ``, letterText("l4", "Subject: in a folder of any name\r\n\r\n4\r\n"))
}
