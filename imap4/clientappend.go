package imap4

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"
)

// An Outgoing is a message to be added to a mailbox.
type Outgoing struct {
	Flags    Flags
	Received time.Time // INTERNALDATE; zero leaves it to the server, which takes the time of arrival

	// Body yields the message, of Size octets: lines that end in CRLF, without
	// NUL. If it ends early or fails the connection is closed, for the server
	// waits for the rest.
	Body io.Reader
	Size int64

	// Binary is for a message with NUL or with parts that are not encoded (RFC
	// 3516, 4.4); the server must offer BINARY.
	Binary bool
}

// AppendedTo says where messages went (RFC 9051, 7.1: APPENDUID). It is zero if
// the server does not tell.
type AppendedTo struct {
	UIDValidity uint32
	UIDs        []UID
}

// Append adds messages to a mailbox, all or none; more than one takes MULTIAPPEND
// (RFC 3502). Bodies are streamed. The error is the server's Reply if it refuses,
// with the code TRYCREATE if there is no such mailbox.
func (c *Client) Append(ctx context.Context, name string, msgs ...Outgoing) (*AppendedTo, error) {
	cmd := clientCommand{
		verb: "APPEND",
		args: func(e *clientEncoder) {
			e.raw(" ").mailbox(name)
			for i := range msgs {
				e.raw(" ")
				e.message(&msgs[i])
			}
			if len(msgs) == 0 {
				e.fail("APPEND of no message")
			}
		},
	}
	if len(msgs) > 1 {
		cmd.needs = "MULTIAPPEND"
	}
	r, err := c.run(ctx, cmd)
	if err != nil {
		return nil, err
	}
	return c.conn.appendUID(r), nil
}

// message adds flags, date and body.
func (e *clientEncoder) message(m *Outgoing) {
	if m.Flags.System != 0 || len(m.Flags.Keywords) > 0 {
		e.flags(m.Flags).raw(" ")
	}
	if !m.Received.IsZero() {
		e.dateTime(m.Received).raw(" ")
	}
	if m.Body == nil || m.Size < 0 {
		e.fail("a message without Body or Size")
		return
	}
	body := &clientMessage{r: m.Body, binary: m.Binary}
	switch {
	case m.Binary:
		if err := e.conn.offers("BINARY|IMAP4REV2"); err != nil && e.err == nil {
			e.err = err
		}
		e.literal(body, m.Size, "~")
	case e.conn.isEnabled("UTF8=ACCEPT") && !e.conn.isEnabled("IMAP4REV2"):
		e.raw("UTF8 (").literal(body, m.Size, "~").raw(")") // RFC 6855, 4
	default:
		e.literal(body, m.Size, "")
	}
}

// A clientMessage passes on a body, but for a NUL where none may be.
type clientMessage struct {
	r      io.Reader
	binary bool
}

// Read implements io.Reader.
func (m *clientMessage) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	if !m.binary && bytes.IndexByte(b[:n], 0) >= 0 {
		return 0, clientUnsafe("a message that holds a NUL: set Outgoing.Binary")
	}
	return n, err
}

// appendUID reads APPENDUID.
func (conn *clientConn) appendUID(r Reply) *AppendedTo {
	_, args, _ := strings.Cut(r.Code, " ")
	if clientCodeName(r) != "APPENDUID" {
		return new(AppendedTo)
	}
	p := conn.code(args)
	got := AppendedTo{UIDValidity: p.number32()}
	p.space()
	got.UIDs = p.expand(p.ranges())
	if p.err != nil { // as in copyUID
		return new(AppendedTo)
	}
	return &got
}

// Replace puts a message into a mailbox in the place of the one of a UID, which
// is expunged (RFC 8508). Without REPLACE it appends, sets \Deleted and expunges,
// for which the server must offer UIDPLUS; an error after the first leaves both.
func (c *Client) Replace(ctx context.Context, uid UID, name string, m Outgoing) (*AppendedTo, error) {
	var got *AppendedTo
	err := c.during(ctx, func() error {
		native := c.conn.has("REPLACE")
		if err := c.conn.offers("REPLACE|UIDPLUS|IMAP4REV2"); err != nil {
			return err
		}
		verb := "APPEND"
		if native {
			verb = "UID REPLACE"
		}
		set := UIDSet{{uid, uid}}
		got = new(AppendedTo)
		r, err := c.exchange(clientCommand{
			verb: verb,
			args: func(e *clientEncoder) {
				if native {
					e.raw(" ").uids(set)
				}
				e.raw(" ").mailbox(name).raw(" ")
				e.message(&m)
			},
			take: func(v any) bool { // RFC 8508, 3.4: in an untagged OK, before the EXPUNGE
				t, is := v.(clientText)
				if !is || clientCodeName(Reply(t)) != "APPENDUID" {
					return false
				}
				got = c.conn.appendUID(Reply(t))
				return true
			},
		})
		if err != nil {
			return err
		}
		if clientCodeName(r) == "APPENDUID" {
			got = c.conn.appendUID(r)
		}
		if native {
			return nil
		}
		return c.remove(set)
	})
	return got, err
}
