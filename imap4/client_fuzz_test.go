package imap4

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wirepost/wirepost/mime"
)

// clientOctets is a connection that has sent all it will, and keeps what it is
// sent.
type clientOctets struct {
	in  io.Reader
	out bytes.Buffer
}

func (o *clientOctets) Read(p []byte) (int, error)       { return o.in.Read(p) }
func (o *clientOctets) Write(p []byte) (int, error)      { return o.out.Write(p) }
func (o *clientOctets) Close() error                     { return nil }
func (o *clientOctets) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (o *clientOctets) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (o *clientOctets) SetDeadline(time.Time) error      { return nil }
func (o *clientOctets) SetReadDeadline(time.Time) error  { return nil }
func (o *clientOctets) SetWriteDeadline(time.Time) error { return nil }

// clientLimitsForFuzz keep what is held small, so that a fuzzer sees it exceeded.
var clientLimitsForFuzz = ClientLimits{Line: 1000, Literal: 500, Response: 3000, Backlog: 5000, Nesting: 20, Set: 50}

// clientRunAll runs commands that between them take every response there is, and
// writes down what came of them.
func clientRunAll(in io.Reader) (log string, errs []error) {
	var b strings.Builder
	ctx := context.Background()
	o := &Options{TLS: TLSNone, Limits: clientLimitsForFuzz, Updates: func(u Update) {
		if u.Message != nil {
			u.Message.conn = nil
		}
		fmt.Fprintf(&b, "update %+v\n", u)
	}}
	hello := strings.ReplaceAll(strings.TrimPrefix(clientGreeting, "S: "), "\n", "\r\n")
	c, err := NewClient(ctx, &clientOctets{in: io.MultiReader(strings.NewReader(hello), in)}, o)
	if err != nil {
		return err.Error(), []error{err}
	}
	defer c.Close()
	note := func(name string, v any, err error) error {
		fmt.Fprintf(&b, "%s %+v %v\n", name, v, err)
		errs = append(errs, err)
		return nil
	}
	uids := UIDSet{{1, 10}}
	err = c.Pipeline(ctx,
		func(c *Client) error {
			v, err := c.List(ctx, "*", &ListOptions{Status: ItemMessages, MyRights: true})
			return note("list", clientShow(v), err)
		},
		func(c *Client) error { v, err := c.Status(ctx, "a", 0); return note("status", v, err) },
		func(c *Client) error { v, err := c.Search(ctx, nil, nil); return note("search", v, err) },
		func(c *Client) error { v, err := c.Sort(ctx, []string{"DATE"}, nil); return note("sort", v, err) },
		func(c *Client) error {
			v, err := c.Thread(ctx, "REFERENCES", nil)
			return note("thread", clientShow(v), err)
		},
		func(c *Client) error { v, err := c.Namespace(ctx); return note("namespace", v, err) },
		func(c *Client) error { v, err := c.ID(ctx, nil); return note("id", v, err) },
		func(c *Client) error { v, err := c.GetQuotaRoot(ctx, "a"); return note("quota", v, err) },
		func(c *Client) error { v, err := c.GetACL(ctx, "a"); return note("acl", v, err) },
		func(c *Client) error {
			v, w, err := c.ListRights(ctx, "a", "b")
			return note("rights", v+fmt.Sprint(w), err)
		},
		func(c *Client) error { v, err := c.MyRights(ctx, "a"); return note("mine", v, err) },
		func(c *Client) error {
			v, err := c.GetMetadata(ctx, "", []string{"/shared/a"}, nil)
			return note("metadata", v, err)
		},
		func(c *Client) error { v, err := c.Move(ctx, uids, "b"); return note("move", v, err) },
		func(c *Client) error {
			v, err := c.Append(ctx, "b", Outgoing{Body: strings.NewReader("a"), Size: 1})
			return note("append", v, err)
		},
		func(c *Client) error {
			v, err := c.Store(ctx, uids, AddFlags, Flags{System: Seen}, nil)
			return note("store", v != nil && len(v.Changed) > 0, err)
		},
		func(c *Client) error {
			for m, err := range c.Fetch(ctx, uids, &FetchItems{Envelope: true, Structure: true, Sections: []FetchSection{{}, {Section: mime.Section{Path: []int{1}}, Binary: true}}}) {
				if err != nil {
					return note("fetch", nil, err)
				}
				for s := range m.Sections() {
					text, err := io.ReadAll(s)
					fmt.Fprintf(&b, "section %s %q %d %v %t\n", s.Section, text, s.Size, err, s.Missing)
					if err == nil && int64(len(text)) != s.Size {
						panic("a section of another size than was announced")
					}
				}
				m.conn = nil
				fmt.Fprintf(&b, "message %+v\n", clientShow(m))
			}
			return nil
		},
		func(c *Client) error { v, err := c.Select(ctx, "a", nil); return note("select", v != nil, err) },
	)
	fmt.Fprintf(&b, "end %v %v\n", err, c.Noop(ctx))
	return b.String(), errs
}

// clientShow prints what is behind pointers too; their addresses differ.
func clientShow(v any) string {
	text := fmt.Sprintf("%+v", v)
	return clientAddresses.ReplaceAllString(text, "0x")
}

var clientAddresses = regexp.MustCompile(`0x[0-9a-f]+`)

// clientAnswers are answers to what clientRunAll asks, and to much else.
var clientAnswers = []string{
	"* LIST (\\Noselect) \"/\" ~/Mail/foo\r\n* STATUS \"a\" (MESSAGES 231 UIDNEXT 44292 MAILBOXID (x) APPENDLIMIT NIL)\r\nw1 OK done\r\nw2 OK\r\n",
	"* ESEARCH (TAG \"w3\") UID MIN 2 COUNT 3 ALL 2,10:11 PARTIAL (1:2 3) MODSEQ 5\r\nw3 OK done\r\n* SORT 2 3\r\nw4 OK\r\n* THREAD (2)(3 6 (4 23)(44 7 96))((1)(2))\r\nw5 OK\r\n",
	"* NAMESPACE ((\"\" \"/\")) NIL ((\"a\" NIL \"X\" (\"Y\")))\r\n* ID (\"a\" \"b\" \"c\" NIL)\r\n* QUOTAROOT a r\r\n* QUOTA r (STORAGE 1 2)\r\n* ACL a b c\r\n* LISTRIGHTS a b c d\r\n* MYRIGHTS a b\r\n* METADATA \"\" (/shared/a {3}\r\nabc)\r\n",
	"* METADATA a /b /c\r\n* OK [COPYUID 1 1:3 4:6] x\r\n* VANISHED (EARLIER) 1:5,7\r\nw13 OK [HIGHESTMODSEQ 5] x\r\nw14 OK [APPENDUID 1 2:3] x\r\nw15 NO [MODIFIED 7] x\r\n",
	"* 1 FETCH (UID 1 FLAGS (\\Seen $A) MODSEQ (7))\r\n* 2 FETCH (BODY[] {5}\r\nw1 OK UID 2 BINARY[1] ~{1}\r\n\x00 ENVELOPE (NIL NIL ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
	"* 3 FETCH (UID 3 BODYSTRUCTURE ((\"a\" \"b\" (\"c\" \"d\") NIL NIL \"7bit\" 1 NIL (\"inline\" NIL) (\"en\") NIL (1 (2)))(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 1 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" \"x\" NIL NIL NIL \"8bit\" 1 1) 1) \"mixed\"))\r\n",
	"* FLAGS (\\Seen)\r\n* 5 EXISTS\r\n* 1 RECENT\r\n* OK [PERMANENTFLAGS (\\*)] x\r\n* OK [UIDVALIDITY 7] x\r\n* CAPABILITY IMAP4rev1\r\n* ENABLED QRESYNC\r\n* 1 EXPUNGE\r\n* NO [ALERT] [x\r\n* BYE [\"]\"] x\r\n",
	"* SEARCH 1 2 (MODSEQ 5)\r\n* SEARCH\r\n* LSUB () NIL a\r\n* X {3}\r\nabc y\r\n* 3 FETCH (BODY[HEADER.FIELDS (\"]\" A)]<5> NIL INTERNALDATE \" 1-Feb-2003 04:05:06 +0000\" X (({1}\r\na)))\r\n",
}

// FuzzClientResponses feeds a client what a server might send, to commands of all
// kinds that are in flight. Its properties:
//
//	ends:     the client comes to an end, without a panic
//	known:    its errors are Replies, ErrProtocol or the end of the connection
//	sized:    a section that ends without an error has the size announced
//	unsplit:  it comes to the same whether the octets come one by one or at once
func FuzzClientResponses(f *testing.F) {
	for _, seed := range clientAnswers {
		f.Add([]byte(seed))
	}
	f.Add([]byte(strings.Join(clientAnswers, "")))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, errs := clientRunAll(bytes.NewReader(in))
		for _, err := range errs {
			known := err == nil || clientIsReply(err) || errors.Is(err, ErrProtocol) || errors.Is(err, io.ErrUnexpectedEOF)
			if !known && !errors.Is(err, ErrUnsupported) { // what is offered may have changed
				t.Fatalf("unknown: %v", err)
			}
		}
		pieces, _ := clientRunAll(iotest.OneByteReader(bytes.NewReader(in)))
		if clientShow(whole) != clientShow(pieces) {
			t.Fatalf("unsplit:\n%s\n%s", whole, pieces)
		}
	})
}

// clientCommands checks that out is whole commands, whose tags go up from 1, and
// returns how many. It knows no more of commands than a server's reader has to.
func clientCommands(out string) (n int, err error) {
	for out != "" {
		n++
		prefix := "w" + strconv.Itoa(n) + " "
		if !strings.HasPrefix(out, prefix) {
			return n, fmt.Errorf("command %d begins with %q", n, out[:min(len(out), 20)])
		}
		for {
			line, rest, ok := strings.Cut(out, "\r\n")
			if !ok || strings.ContainsAny(line, "\r\n\x00") {
				return n, fmt.Errorf("the line %q", line)
			}
			out = rest
			m := clientLiteralEnd.FindStringSubmatch(line)
			if m == nil {
				break
			}
			size, err := strconv.Atoi(m[1])
			if err != nil || size > len(out) {
				return n, fmt.Errorf("the literal of %q", line)
			}
			out = out[size:]
		}
	}
	return n, nil
}

var clientLiteralEnd = regexp.MustCompile(`\{([0-9]+)\+\}$`)

// FuzzClientArguments gives commands arguments of any kind. Its properties:
//
//	one:     each method sends one command, or none if it returns ErrUnsafe
//	whole:   what it sends is lines without NUL or stray CR and LF, and literals
//	         of the size announced
func FuzzClientArguments(f *testing.F) {
	f.Add("INBOX", "a b", uint32(1), false)
	f.Add("Entw\u00fcrfe&-\\\"", "\r\nw9 DELETE x\r\n", uint32(7), true)
	f.Add("{5+}", "x {5+}", uint32(0), false)
	f.Add("a\x00", "\xff", uint32(1<<32-1), true)
	f.Fuzz(func(t *testing.T, a, b string, n uint32, utf8 bool) {
		ctx := t.Context()
		hello := "* OK [CAPABILITY " + strings.TrimSuffix(clientGreeting[len("S: * OK [CAPABILITY "):], "\n") + "\r\n"
		set := UIDSet{{UID(n), UID(n)}}
		for i, run := range []func(*Client) error{
			func(c *Client) error { return c.Create(ctx, a, b) },
			func(c *Client) error { return c.Rename(ctx, a, b) },
			func(c *Client) error {
				_, err := c.List(ctx, a, &ListOptions{Reference: b, Metadata: []string{b}})
				return err
			},
			func(c *Client) error { _, err := c.ID(ctx, map[string]string{a: b}); return err },
			func(c *Client) error { _, err := c.Enable(ctx, a, b); return err },
			func(c *Client) error {
				_, err := c.Store(ctx, set, AddFlags, Flags{Keywords: []string{a, b}}, nil)
				return err
			},
			func(c *Client) error { _, err := c.Copy(ctx, set, a); return err },
			func(c *Client) error {
				return clientFirst(c.Fetch(ctx, set, &FetchItems{Sections: clientFieldSection(a)}))
			},
			func(c *Client) error {
				_, err := c.Search(ctx, &Query{Sub: []*Query{{Key: HeaderText, Field: a, Text: b}, {Key: HasFlag, Flag: a}, {Key: EmailIDIs, ID: b}, {Key: QueryKey(n)}}}, nil)
				return err
			},
			func(c *Client) error { _, err := c.Search(ctx, &Query{Key: AnyText, Text: a}, nil); return err },
			func(c *Client) error { _, err := c.Sort(ctx, []string{a}, nil); return err },
			func(c *Client) error { _, err := c.Thread(ctx, a, nil); return err },
			func(c *Client) error { return c.Notify(ctx, true, NotifyGroup{a, []string{b}, []string{a}}) },
			func(c *Client) error { return c.SetACL(ctx, a, ACLEntry{b, a}) },
			func(c *Client) error { _, err := c.SetQuota(ctx, a, []QuotaLimit{{b, int64(n)}}); return err },
			func(c *Client) error { return c.SetMetadata(ctx, a, []MetadataEntry{{b, []byte(a)}, {a, nil}}) },
			func(c *Client) error {
				_, err := c.Append(ctx, a, Outgoing{Flags: Flags{Keywords: []string{b}}, Body: strings.NewReader(b), Size: int64(len(b)), Binary: n%2 == 0})
				return err
			},
		} {
			nc := &clientOctets{in: strings.NewReader(hello)}
			c, err := NewClient(ctx, nc, &Options{TLS: TLSNone})
			if err != nil {
				t.Fatal(err)
			}
			if utf8 {
				c.conn.enabled = []string{"UTF8=ACCEPT"}
			}
			err = run(c)
			if c.conn.wire.werr == nil { // a body that holds a NUL is found on the way
				_ = c.conn.wire.flush()
			}
			sent, bad := clientCommands(nc.out.String())
			cut := errors.Is(err, ErrUnsafe) && c.conn.broken != nil
			if bad != nil && !cut {
				t.Fatalf("whole: %d: %v: %q", i, bad, nc.out.String())
			}
			none := errors.Is(err, ErrUnsafe) || errors.Is(err, ErrUnsupported) || err == nil
			if want := map[bool]int{true: 0, false: 1}[none]; sent != want && !cut {
				t.Fatalf("one: %d: %d commands, %v", i, sent, err)
			}
		}
	})
}
