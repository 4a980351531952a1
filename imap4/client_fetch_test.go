package imap4

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// clientWhole asks for the whole message.
var clientWhole = []FetchSection{{}}

// TestClientFetch reads all kinds of items, bodies in the midst of them.
func TestClientFetch(t *testing.T) {
	ctx := t.Context()
	u := new(clientUpdates)
	c := clientOn(t, clientGreeting+`
		C: w1 UID FETCH 1:4294967294 (UID FLAGS MODSEQ INTERNALDATE RFC822.SIZE SAVEDATE EMAILID THREADID PREVIEW ENVELOPE BODYSTRUCTURE BINARY.SIZE[1] BODY.PEEK[] BODY[1.HEADER.FIELDS (From To)]<0.100> BINARY.PEEK[2])
		S> * 1 FETCH (UID 5 FLAGS (\Seen \Recent $A) MODSEQ (12) INTERNALDATE " 7-Feb-1994 21:52:25 -0800" RFC822.SIZE 4286 SAVEDATE NIL EMAILID (M1) THREADID NIL PREVIEW "Hi" X-NEW (a "b" (c)) BINARY.SIZE[1] 7
		S! " BODY[] {32}\r\nw1 OK this is not the end\r\n)\r\n\r\n BODY[1.HEADER.FIELDS (\"From\" \"]\")]<0> \"a\\\"b\" BINARY[2] ~{3}\r\n\x00\r\n ENVELOPE (\"d\" NIL ((NIL NIL \"a\" \"b\")(NIL NIL \"group\" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL NIL NIL \"<i>\"))\r\n"
		S: * 9 FETCH (FLAGS (\Deleted))
		S: * 3 EXISTS
		S! "* 2 FETCH (BODY[] NIL UID 6 BODY[TEXT] {0}\r\n)\r\n"
		S: * 2 FETCH (UID 6 FLAGS ())
		S: w1 OK done
		`, u.options())
	var all []*Fetched
	var bodies []string
	var kept io.Reader
	for m, err := range c.Fetch(ctx, UIDSet{{1, 1<<32 - 1}}, &FetchItems{
		Flags: true, Envelope: true, Structure: true, Size: true, Received: true, Saved: true, IDs: true, Preview: true, ModSeq: true,
		BinarySizes: [][]int{{1}},
		Sections: []FetchSection{
			{},
			{Section: mime.Section{Path: []int{1}, Specifier: mime.FieldsPart, Fields: []string{"From", "To"}}, Count: 100, MarkSeen: true},
			{Section: mime.Section{Path: []int{2}}, Binary: true},
		},
	}) {
		require.NoError(t, err)
		require.ErrorIs(t, c.Noop(ctx), ErrBusy)
		for s := range m.Sections() {
			b, err := io.ReadAll(s)
			require.NoError(t, err)
			require.EqualValues(t, s.Size, len(b))
			bodies = append(bodies, fmt.Sprintf("%s|%s|%t|%t", s.Section, b, s.Binary, s.Missing))
			if kept == nil {
				kept = s.Reader
			} else {
				_, err := kept.Read(make([]byte, 1))
				require.ErrorIs(t, err, io.ErrClosedPipe)
			}
		}
		all = append(all, m)
	}
	require.Equal(t, []string{
		"|w1 OK this is not the end\r\n)\r\n\r\n|false|false",
		`1.HEADER.FIELDS (From ])|a"b|false|false`,
		"2|\x00\r\n|true|false",
		"||false|true",
		"TEXT||false|false",
	}, bodies)
	require.Len(t, all, 2)
	m := all[0]
	require.Equal(t, Flags{Seen, []string{"$A"}}, m.Flags)
	require.EqualValues(t, 12, m.ModSeq)
	require.EqualValues(t, 4286, m.Size)
	require.True(t, m.Received.Equal(time.Date(1994, 2, 7, 21, 52, 25, 0, time.FixedZone("", -8*3600))))
	require.True(t, m.Saved.IsZero())
	require.Equal(t, "M1", m.EmailID)
	require.Equal(t, "Hi", *m.Preview)
	require.Equal(t, map[string]int64{"1": 7}, m.BinarySizes)
	require.Equal(t, &mime.Envelope{
		Date: new("d"), MessageID: new("<i>"),
		From: []header.Address{{Local: "a", Domain: "b"}, {Name: "group", Mark: header.GroupStart}, {Mark: header.GroupEnd}},
	}, m.Envelope)
	require.EqualValues(t, 6, all[1].UID)
	require.Len(t, u.all, 3, "flags of others, EXISTS, and flags alone of one that was asked for")
}

// TestClientFetchDrain leaves bodies unread, in part or as a whole, and leaves
// the loop: what comes next is in its place.
func TestClientFetchDrain(t *testing.T) {
	ctx := t.Context()
	for read := range 4 {
		for leave := range 3 {
			big := strings.Repeat("0123456789", 20_000)
			c := clientOn(t, clientGreeting+`
				C: w1 UID FETCH 1:3 (UID BODY.PEEK[])
				S! "* 1 FETCH (UID 1 BODY[] {200000}\r\n`+big+` FLAGS (\\Seen))\r\n"
				S! "* 2 FETCH (UID 2 BODY[] {200000}\r\n`+big+`)\r\n"
				S: w1 OK done
				C: w2 NOOP
				S: w2 OK done
				`, nil)
			n := 0
			for m, err := range c.Fetch(ctx, UIDSet{{1, 3}}, &FetchItems{Sections: clientWhole}) {
				require.NoError(t, err)
				if read > 0 {
					for s := range m.Sections() {
						_, err := io.ReadFull(s, make([]byte, read*1000-1))
						require.NoError(t, err)
						if read == 3 {
							n, err := io.Copy(io.Discard, s)
							require.NoError(t, err)
							require.EqualValues(t, 197_001, n)
						}
						if leave == 2 {
							break
						}
					}
					if leave < 2 && m.UID == 1 {
						require.True(t, m.HasFlags, "it stands behind the body")
					}
				}
				if n++; leave == 1 {
					break
				}
			}
			require.Equal(t, []int{2, 1, 2}[leave], n)
			require.NoError(t, c.Noop(ctx))
		}
	}
}

// TestClientFetchCut has the server hang up within a body: the reader says so,
// and the loop too.
func TestClientFetchCut(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 UID FETCH 1 (UID BODY.PEEK[])
		S! "* 1 FETCH (UID 1 BODY[] {10}\r\nabc"
		`, nil)
	var last error
	for m, err := range c.Fetch(t.Context(), UIDSet{{1, 1}}, &FetchItems{Sections: clientWhole}) {
		last = err
		if err != nil {
			break
		}
		for s := range m.Sections() {
			b, err := io.ReadAll(s)
			require.Equal(t, "abc", string(b))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	}
	require.ErrorIs(t, last, io.ErrUnexpectedEOF)
}

// TestClientFetchPanic has the loop's body panic: the conversation is over, for
// the body is still to come.
func TestClientFetchPanic(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 UID FETCH 1 (UID BODY.PEEK[])
		S! "* 1 FETCH (UID 1 BODY[] {10}\r\nabc"
		listen`, nil)
	require.Panics(t, func() {
		for range c.Fetch(t.Context(), UIDSet{{1, 1}}, &FetchItems{Sections: clientWhole}) {
			panic("no")
		}
	})
	require.ErrorIs(t, c.Noop(t.Context()), errClientAbandoned)
}

// clientRead reads a response to FETCH with f.
func clientRead(t *testing.T, text string) (*Fetched, error) {
	t.Helper()
	c := clientOn(t, clientGreeting+"C: w1 UID FETCH 1 (UID ENVELOPE BODYSTRUCTURE)\nS! "+fmt.Sprintf("%q", "* 1 FETCH (UID 1 "+text+")\r\nw1 OK done\r\n")+"\nlisten", nil)
	for m, err := range c.Fetch(t.Context(), UIDSet{{1, 1}}, &FetchItems{Envelope: true, Structure: true}) {
		return m, err
	}
	return nil, fmt.Errorf("nothing")
}

// TestClientStructure reads structures, those among them that some servers send
// and should not.
func TestClientStructure(t *testing.T) {
	for text, want := range map[string]*mime.BodyStructure{
		`("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)`: {
			Type: "text", Subtype: "plain", Params: header.Params{{Name: "charset", Value: "US-ASCII"}}, Encoding: "7bit", Size: 1152, Lines: 23, HasLines: true,
		},
		`(("a" "b" NIL NIL NIL "7bit" 1 NIL ("attachment" ("filename" "x")) ("en" "de") "l")("c" "d" NIL "<i>" "desc" "BASE64" 2) "MIXED" ("boundary" "b") NIL "en" NIL (x "y" {1}` + "\r\n" + `z))`: {
			Type: "multipart", Subtype: "mixed", Params: header.Params{{Name: "boundary", Value: "b"}}, Languages: []string{"en"},
			Parts: []*mime.BodyStructure{
				{Type: "a", Subtype: "b", Encoding: "7bit", Size: 1, Disposition: "attachment", DispositionParams: header.Params{{Name: "filename", Value: "x"}}, Languages: []string{"en", "de"}, Location: new("l")},
				{Type: "c", Subtype: "d", ID: new("<i>"), Description: new("desc"), Encoding: "base64", Size: 2},
			},
		},
		`("message" "rfc822" NIL NIL NIL "7bit" 9 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "html" NIL NIL NIL "8bit" 3 1) 4)`: {
			Type: "message", Subtype: "rfc822", Encoding: "7bit", Size: 9, Lines: 4, HasLines: true,
			Envelope: &mime.Envelope{Subject: new("s")},
			Body:     &mime.BodyStructure{Type: "text", Subtype: "html", Encoding: "8bit", Size: 3, Lines: 1, HasLines: true},
		},
		// without what a message needs
		`("message" "rfc822" NIL NIL NIL "7bit" 9 NIL NIL NIL)`: {Type: "message", Subtype: "rfc822", Encoding: "7bit", Size: 9},
		// numbers that are none
		`("text" "plain" NIL NIL NIL NIL -1 NIL)`: {Type: "text", Subtype: "plain", HasLines: true},
		// spaces between parts, and at ends
		`( ("a" "b" NIL NIL NIL "7bit" 1) ("a" "b" NIL NIL NIL "7bit" 1)  "mixed" )`: {
			Type: "multipart", Subtype: "mixed",
			Parts: []*mime.BodyStructure{{Type: "a", Subtype: "b", Encoding: "7bit", Size: 1}, {Type: "a", Subtype: "b", Encoding: "7bit", Size: 1}},
		},
		// a disposition without parentheses, parameters without values
		`("a" "b" ("x") NIL NIL "7bit" 1 NIL "inline")`: {Type: "a", Subtype: "b", Encoding: "7bit", Size: 1, Disposition: "inline"},
		// numbers and words unquoted
		`(text plain (charset utf-8 charset x) NIL NIL 7bit 1 1)`: {
			Type: "text", Subtype: "plain", Encoding: "7bit", Size: 1, Lines: 1, HasLines: true, Params: header.Params{{Name: "charset", Value: "utf-8"}},
		},
	} {
		m, err := clientRead(t, "BODYSTRUCTURE "+text)
		require.NoError(t, err, text)
		require.Equal(t, want, m.Structure, text)
	}
	for _, text := range []string{`BODYSTRUCTURE ()`, `BODYSTRUCTURE ("a")`, `BODYSTRUCTURE ("a" "b" "c" NIL NIL NIL 1)`, `ENVELOPE ("a")`} {
		m, err := clientRead(t, text)
		require.NoError(t, err, text)
		require.ErrorIs(t, m.Err(), ErrProtocol, text)
		require.Nil(t, m.Structure, text)
		require.Nil(t, m.Envelope, text)
	}
	for _, text := range []string{`BODYSTRUCTURE`, `BODYSTRUCTURE (`, `BODYSTRUCTURE ("a" "b)`, `ENVELOPE (("a")`, `INTERNALDATE "a`, `RFC822.SIZE (-1`} {
		_, err := clientRead(t, text)
		require.ErrorIs(t, err, ErrProtocol, text)
		require.ErrorContains(t, err, "(message 1, UID 1)", text)
	}
}

// TestClientFetchFlaws has values that are none: their field is zero, Err tells of
// them, and all else is read.
func TestClientFetchFlaws(t *testing.T) {
	for text, item := range map[string]string{
		`INTERNALDATE "00-Jan-0000 00:00:00 +0000"`:        "INTERNALDATE",
		`INTERNALDATE {5}` + "\r\nnever":                   "INTERNALDATE",
		`INTERNALDATE  (1 2 (3))`:                          "INTERNALDATE",
		`SAVEDATE today`:                                   "SAVEDATE",
		`RFC822.SIZE -1`:                                   "RFC822.SIZE",
		`RFC822.SIZE  -1`:                                  "RFC822.SIZE",
		`RFC822.SIZE 12K`:                                  "RFC822.SIZE",
		`RFC822.SIZE 99999999999999999999`:                 "RFC822.SIZE",
		`RFC822.SIZE "12"`:                                 "RFC822.SIZE",
		`RFC822.SIZE NIL`:                                  "RFC822.SIZE",
		`ENVELOPE ("d" "s" NIL NIL NIL NIL NIL NIL "<i>")`: "ENVELOPE",
		`ENVELOPE ("d" {1}` + "\r\ns" + ` ((NIL NIL "a") "b") NIL NIL NIL NIL NIL NIL)`: "ENVELOPE",
		`ENVELOPE ("d" "s" NIL NIL NIL NIL NIL NIL NIL "<i>" "more" (("x")))`:           "ENVELOPE",
		`ENVELOPE ("d" "s" NIL NIL {3}` + "\r\n)((" + ` NIL NIL NIL NIL NIL)`:           "ENVELOPE",
		`BODYSTRUCTURE (("a" "b" NIL NIL NIL "7bit" x)("a" "b") "mixed")`:               "BODYSTRUCTURE",
		`FLAGS 7`:                            "FLAGS",
		`FLAGS (\Seen "x" (y))`:              "FLAGS",
		`MODSEQ (x)`:                         "MODSEQ",
		`EMAILID M1`:                         "EMAILID",
		`PREVIEW (a)`:                        "PREVIEW",
		`BODY[1.NONSENSE]<3> {2}` + "\r\n))": "BODY",
		`BINARY.SIZE[1] -`:                   "BINARY.SIZE",
	} {
		u := new(clientUpdates)
		c := clientOn(t, clientGreeting+"C: w1 UID FETCH 7:8 (UID PREVIEW ENVELOPE)\nS! "+fmt.Sprintf("%q",
			"* 3 FETCH ("+text+" UID 7 X-MORE 1)\r\n* 4 FETCH (UID 8 PREVIEW NIL)\r\nw1 OK done\r\n")+"\nC: w2 NOOP\nS: w2 OK done\n", u.options())
		var told []UID
		for m, err := range c.Fetch(t.Context(), UIDSet{{7, 8}}, &FetchItems{Envelope: true, Preview: true}) {
			require.NoError(t, err, text)
			if told = append(told, m.UID); m.UID == 8 {
				require.NoError(t, m.Err())
				continue
			}
			require.ErrorIs(t, m.Err(), ErrProtocol, text)
			require.ErrorContains(t, m.Err(), "("+item+" of message 3, UID 7)", text)
			require.Len(t, m.flaws, 1, text)
			m.flaws = nil
			require.Equal(t, &Fetched{Seq: 3, UID: 7, more: m.more, whole: true, BinarySizes: m.BinarySizes}, m, text)
		}
		require.Equal(t, []UID{7, 8}, told, text)
		require.NoError(t, c.Noop(t.Context()), text)
	}
}

// TestClientNesting sends lists within lists: an error, and the process lives.
func TestClientNesting(t *testing.T) {
	deep := strings.Repeat("(", 100_000)
	for _, text := range []string{"BODYSTRUCTURE " + deep, "X " + deep, "BODYSTRUCTURE " + strings.Repeat(`("message" "rfc822" NIL NIL NIL "7bit" 1 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) `, 1000)} {
		_, err := clientRead(t, text)
		require.ErrorContains(t, err, "nested deeper", text[:10])
	}
}

// TestClientLimits has the server send more than a client holds.
func TestClientLimits(t *testing.T) {
	small := &Options{Limits: ClientLimits{Line: 1000, Literal: 100, Response: 2000, Backlog: 3000, Set: 10}}
	for name, script := range map[string]string{
		"literal":  `S: * LIST () "/" {101}`,
		"response": `S! "* LIST () \"/\" ` + strings.Repeat(`{90}\r\n`+strings.Repeat("x", 90), 30) + `\r\n"`,
		"backlog":  strings.Repeat(`S: * LIST () "/" "`+strings.Repeat("x", 800)+"\"\n", 4),
	} {
		c := clientOn(t, clientGreeting[:len(clientGreeting)-1]+"\n"+`
			C: w1 LIST "" "*" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)
			`+script+"\nlisten", small)
		_, err := c.List(t.Context(), "*", nil)
		require.ErrorIs(t, err, ErrProtocol, name)
	}
	// A set that would be large if it was written out is not worth a COPYUID.
	c := clientOn(t, clientGreeting+`
		C: w1 UID COPY 1:11 "a"
		S: w1 OK [COPYUID 1 1:4294967295 1:4294967295] done
		C: w2 UID COPY 1:2 "a"
		S: w2 OK [COPYUID 1 1:2 9,8] done
		`, small)
	to, err := c.Copy(t.Context(), UIDSet{{1, 11}}, "a")
	require.NoError(t, err)
	require.Zero(t, *to)
	to, err = c.Copy(t.Context(), UIDSet{{1, 2}}, "a")
	require.NoError(t, err)
	require.Equal(t, &CopiedTo{1, []UID{1, 2}, []UID{9, 8}}, to)
}
