package rvp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const session Session = "{7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}"

func TestMessage(t *testing.T) {
	m := &Message{
		Type: typeText, Session: session, Format: &Format{Font: "Tahoma", Pitch: 0x22}, Body: []byte("See you at noon?"),
	}
	require.Equal(t, lunch, string(m.Append(nil)), "RVP-136")
	got, err := ParseMessage([]byte(lunch))
	require.NoError(t, err)
	require.Equal(t, m, got)
	require.Equal(t, "before"+lunch, string(got.Append([]byte("before"))))

	typing := &Message{Type: typeControl, Typing: "anna@example.test", Session: session}
	require.Equal(t, "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: anna@example.test\r\n"+
		"Session-Id: {7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}\r\n\r\n", string(typing.Append(nil)), "RVP-139")
	require.Equal(t, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n", string((&Message{}).Append(nil)))
}

// TestMessageForms reads what differs among clients (RVP-138, facts, 5 and 10).
func TestMessageForms(t *testing.T) {
	for name, c := range map[string]struct {
		mime string
		want Message
	}{
		"the document's, with a blank line, LF and a folded field": {
			"\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nX-MMS-IM-Format: FN=Microsoft%20Sans%20Serif; EF=; CO=0; CS=0;\nPF=22\n PF=22\nSession-Id: {79FC61B5-1234-1234-8A10-941F33CA4C90}\n\nLets have lunch",
			Message{
				Type: typeText, Session: "{79FC61B5-1234-1234-8A10-941F33CA4C90}", Body: []byte("Lets have lunch"),
				Format: &Format{Font: "Microsoft Sans Serif"},
			},
		},
		"folded where it may be": {
			"Content-Type:\r\n\ttext/plain;\r\n charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial;\r\n  EF=BI; CO=ff; CS=0; PF=22\r\n\r\n\r\nx",
			Message{Type: typeText, Format: &Format{Font: "Arial", Effects: "BI", Colour: 0xff, Pitch: 0x22}, Body: []byte("\r\nx")},
		},
		"the document's typing message, misprinted": {
			"\r\nMIME-Version 1.0\r\nContent-Type: text/x-msmsscontrol\r\nTypingUser: bruceb@example.test\r\nSession-Id: {79FC6B5-1234-1234-8A0-941F33CA4C90}\r\n\r\n",
			Message{
				Type: typeControl, Typing: "bruceb@example.test", Body: []byte{},
				Header: []Field{{"Session-Id", "{79FC6B5-1234-1234-8A0-941F33CA4C90}"}},
			},
		},
		"any case and order, the first one counts, no blank line": {
			"SESSION-ID: {7b1e4c62-5d0a-4c93-9a77-1f2e3d4c5b6a}\ncontent-type: text/x-imleave\nContent-Type: text/plain",
			Message{Type: typeLeave, Session: session},
		},
		"other fields": {
			"X-A:b:c\r\nno field\r\n folded to nothing\r\n: x\r\nA B: c\r\nX-MMS-IM-Format: CO=zz\r\nx-a : d\r\n\r\n\x00",
			Message{Header: []Field{{"X-A", "b:c"}, {"X-MMS-IM-Format", "CO=zz"}, {"x-a", "d"}}, Body: []byte{0}},
		},
		"a CR that is no line's end": {
			"X-A: b\rTypingUser: c\r\n\r\n",
			Message{Header: []Field{{"X-A", "b TypingUser: c"}}, Body: []byte{}},
		},
		"nothing": {"\r\n\r\n", Message{}},
	} {
		m, err := ParseMessage([]byte(c.mime))
		require.NoError(t, err, name)
		require.Equal(t, c.want, *m, name)
	}
	_, err := ParseMessage([]byte(strings.Repeat("a: b\n", maxFields+2)))
	require.ErrorContains(t, err, "header longer")
	_, err = ParseMessage([]byte("a: " + strings.Repeat(" x\n", maxHeader)))
	require.ErrorContains(t, err, "header longer")
	m, err := ParseMessage([]byte("a: b\n\n" + strings.Repeat("x\n", maxHeader)))
	require.NoError(t, err)
	require.Len(t, m.Body, 2*maxHeader, "a body may be long")
}

// TestMessageInjection checks that no value of a program or of a peer makes a field of its own.
func TestMessageInjection(t *testing.T) {
	evil := "x\r\nEvil: 1\n\n\x00"
	m := &Message{
		Type: evil, Session: Session(evil), Typing: evil, Format: &Format{Font: evil, Effects: evil},
		Header: []Field{{"A", evil}, {evil, "b"}, {"", "c"}, {"B:", "d"}},
	}
	want := "MIME-Version: 1.0\r\nContent-Type: x  Evil: 1\r\nX-MMS-IM-Format: FN=x%20%20Evil%3A%201; EF=I; CO=0; CS=0; PF=0\r\n" +
		"TypingUser: x  Evil: 1\r\nA: x  Evil: 1\r\n\r\n"
	require.Equal(t, want, string(m.Append(nil)))
}

func TestMessageKind(t *testing.T) {
	for kind, types := range map[MessageKind][]string{
		Text:   {"", "text/plain", "TEXT/Plain ; charset=x"},
		Join:   {"text/x-msmsgscontrol", "text/x-msmsscontrol", "Text/X-MSMSGSControl; x"},
		Leave:  {"text/x-imleave"},
		Invite: {"text/x-msmsgsinvite; charset=UTF-8"},
		Other:  {"text/html", "text/x-msmsgsprofile", "text/plainer", "x"},
	} {
		for _, s := range types {
			require.Equal(t, kind, (&Message{Type: s}).Kind(), "RVP-140 RVP-141 RVP-143 %q", s)
		}
	}
	require.Equal(t, Typing, (&Message{Type: "text/x-msmsscontrol", Typing: "a@b"}).Kind(), "RVP-139")
	require.Equal(t, Text, (&Message{Typing: "a@b"}).Kind())
}

func TestSession(t *testing.T) {
	seen := map[Session]bool{}
	for range 100 {
		s := NewSession()
		again, ok := ParseSession(strings.ToLower(string(s)))
		require.True(t, ok, "RVP-137 %q", s)
		require.Equal(t, s, again)
		require.Equal(t, byte('4'), s[15])
		require.Contains(t, "89AB", s[20:21])
		require.False(t, seen[s])
		seen[s] = true
	}
	for _, s := range []string{
		"", "{}", string(session[1:37]), string(session) + " ", strings.Replace(string(session), "7", "G", 1),
		strings.Replace(string(session), "-", "0", 1), strings.Replace(string(session), "7", "\u0667", 1),
	} {
		_, ok := ParseSession(s)
		require.False(t, ok, "%q", s)
	}
}

func TestFormat(t *testing.T) {
	for s, want := range map[string]Format{
		"FN=Microsoft%20Sans%20Serif; EF=; CO=0; CS=0; PF=22":  {Font: "Microsoft Sans Serif", Pitch: 0x22},
		"fn=MS%20Shell%20Dlg;ef=sbx;co=c0c0c0;cs=b1;pf=0;RL=1": {Font: "MS Shell Dlg", Effects: "BS", Colour: 0xc0c0c0, Charset: 0xb1},
		"EF=IIB":                    {Effects: "BI"},
		"CO=":                       {},
		"FN=%E2%82%AC%0d%0a%00x%ff": {Font: "\u20ac   x"},
	} {
		f, ok := parseFormat(s)
		require.True(t, ok, "RVP-142 %q", s)
		require.Equal(t, want, f, "%q", s)
		again, ok := parseFormat(string(f.append(nil)))
		require.True(t, ok)
		require.Equal(t, f, again)
	}
	for _, s := range []string{"", "x", "XX=1", "CO=1000000", "CS=100", "PF=-1", "CO=0x1", "FN=%zz", "PF=\u0661"} {
		_, ok := parseFormat(s)
		require.False(t, ok, "%q", s)
	}
	long := Format{Font: strings.Repeat("\u20ac", 100), Colour: 0xff00ff00}
	f, ok := parseFormat(string(long.append(nil)))
	require.True(t, ok)
	require.Equal(t, Format{Font: strings.Repeat("\u20ac", 85), Colour: 0xff00}, f)
}

// FuzzMessage checks that what was parsed is read again as it was once it was written; that no line of the
// header holds a control character; and that the body is the end of what came.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(lunch))
	f.Add([]byte("\n\nMIME-Version 1.0\nContent-Type: text/x-msmsscontrol\n x\nTypingUser: a@b\nX-MMS-IM-Format: FN=%41; EF=UI\n\nbody"))
	f.Add([]byte("a:b\r\n c\rd\r\nSession-Id: {\r\nA\x00: \xff\r\n\r\n\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMessage(b)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		require.True(t, strings.HasSuffix(string(b), string(m.Body)))
		m.Kind()
		out := m.Append(nil)
		header, body, ok := strings.Cut(string(out), "\r\n\r\n")
		require.True(t, ok)
		require.Equal(t, string(m.Body), body)
		require.NotContains(t, strings.ReplaceAll(header, "\r\n", ""), "\r")
		require.False(t, strings.ContainsAny(strings.ReplaceAll(header, "\r\n", ""), "\n\x00\x7f"))
		again, err := ParseMessage(out)
		if err != nil && len(header) > maxHeader/2 {
			return // spaces and CRs make it longer
		}
		require.NoError(t, err)
		if m.Type == "" {
			m.Type = typeText
		}
		if m.Body == nil {
			m.Body = []byte{}
		}
		require.Equal(t, m, again)
	})
}
