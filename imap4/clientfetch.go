package imap4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/wirepost/wirepost/mime"
)

// FetchItems say what Fetch asks of each message. What the server does not offer
// of Saved, IDs, Preview and ModSeq is left out.
type FetchItems struct {
	Flags     bool
	Envelope  bool
	Structure bool // BODYSTRUCTURE
	Size      bool // RFC822.SIZE
	Received  bool // INTERNALDATE
	Saved     bool // SAVEDATE (RFC 8514)
	IDs       bool // EMAILID and THREADID (RFC 8474)
	Preview   bool // RFC 8970
	ModSeq    bool // RFC 7162, 3.1.4

	Sections    []FetchSection
	BinarySizes [][]int // the decoded sizes of parts (RFC 3516)

	// Extra names items of extensions that this package does not know, such as
	// "X-GM-LABELS", atoms all of them. What the server tells of them is in
	// Fetched.Extra.
	Extra []string

	// ChangedSince, unless 0, leaves out messages that have not changed since
	// then (RFC 7162, 3.1.4.1), and asks for ModSeq.
	ChangedSince ModSeq

	// Vanished, with ChangedSince, is told which of the UIDs are gone. QRESYNC
	// must have been enabled (RFC 7162, 3.2.6).
	Vanished func(UIDSet)
}

// A FetchSection is a piece of a message: all of it, if nothing is said.
type FetchSection struct {
	mime.Section

	// Offset and Count cut a piece out of it (RFC 9051, 6.4.5: partial), unless
	// Count is 0.
	Offset, Count int64

	Binary   bool // decoded by the server: BINARY, and only the Path counts (RFC 3516)
	MarkSeen bool // sets \Seen; without it the flags stay as they are (PEEK)
}

// A Fetched is what a server tells of one message. What it has not told is zero, and
// so is what could not be read: see Err.
type Fetched struct {
	Seq         uint32 // sequence number at that time
	UID         UID
	ModSeq      ModSeq
	HasFlags    bool // Flags were told
	Flags       Flags
	Size        int64
	Received    time.Time
	Saved       time.Time
	Envelope    *mime.Envelope // strings as they are in the message: encoded words are not decoded
	Structure   *mime.BodyStructure
	EmailID     string
	ThreadID    string
	Preview     *string
	BinarySizes map[string]int64 // octets by path, such as "1.2"
	Extra       map[string]Value // of FetchItems.Extra, by name in upper case

	conn    *clientConn
	flaws   []clientItemFlaw
	more    bool // it has something that is no news of flags
	whole   bool // all of it has been read
	section *FetchedSection
}

// A FetchedSection is a piece of a message as it comes from the server. It is
// good until the next one is asked for. A piece that was cut short ends in
// io.ErrUnexpectedEOF.
type FetchedSection struct {
	FetchSection       // as the server names it; of a partial one Offset alone
	Size         int64 // octets
	Missing      bool  // NIL: the message has no such part

	io.Reader
}

// Fetch asks for messages, and yields each as it comes, in the server's order.
// Small things are there at once; bodies are streamed, by Sections. Neither is
// held in memory. Where the server comes to some of the messages only (RFC 9738)
// it is asked for the rest, as by the other methods that take a set of UIDs.
//
// The body of the loop must not use the Client: ErrBusy. To leave the loop early
// reads and drops what is still to come; where that is much, end ctx, which
// closes the connection. A message that changes meanwhile may be yielded twice
// if nothing but Flags and ModSeq is asked for.
func (c *Client) Fetch(ctx context.Context, uids UIDSet, items *FetchItems) iter.Seq2[*Fetched, error] {
	return func(yield func(*Fetched, error) bool) {
		wanted := true
		err := c.during(ctx, func() error {
			return c.fetch(uids, items, func(f *Fetched) bool {
				wanted = wanted && yield(f, nil)
				return wanted
			})
		})
		if err != nil && wanted {
			yield(nil, err)
		}
	}
}

// fetch gives each message to f, which returns whether it wants more.
func (c *Client) fetch(uids UIDSet, items *FetchItems, f func(*Fetched) bool) error {
	wanted := true
	return c.inParts(uids, func() bool { return wanted }, func(uids UIDSet) (*clientCall, error) {
		return c.fetchPart(uids, items, func(one *Fetched) { wanted = f(one) })
	})
}

// fetchPart is fetch of as much as the server does in one command.
func (c *Client) fetchPart(uids UIDSet, items *FetchItems, f func(*Fetched)) (*clientCall, error) {
	var ready []*Fetched
	call, err := c.send(clientCommand{
		verb:  "UID FETCH",
		needs: items.needs(),
		extra: items.Extra,
		args:  func(e *clientEncoder) { e.raw(" ").uids(uids).raw(" "); items.encode(e) },
		take:  func(v any) bool { return items.take(v, uids, &ready) },
	})
	if err != nil {
		return nil, err
	}
	finished := false
	defer func() {
		if !finished { // the loop's body has panicked, or ended its goroutine
			c.conn.lose(errClientAbandoned)
		}
	}()
	for {
		for len(ready) > 0 {
			one := ready[0]
			ready = ready[1:]
			f(one)
			if err := one.finish(); err != nil {
				finished = true
				return nil, err
			}
			call.kept = 0
		}
		if call.done {
			finished = true
			return c.finished(call, nil)
		}
		if err := c.wait(); err != nil {
			finished = true
			return nil, err
		}
	}
}

// take keeps an answer to Fetch in ready. Flags alone, where more was asked for,
// are news of a message, and no answer.
func (items *FetchItems) take(v any, uids UIDSet, ready *[]*Fetched) bool {
	switch v := v.(type) {
	case *Fetched:
		if v.UID != 0 && !clientCovers(uids, v.UID) || !v.more && (v.UID == 0 && !v.hasFlaw("UID") || items.wantsMore()) {
			return false
		}
		*ready = append(*ready, v)
		return true
	case clientVanished:
		if items.Vanished != nil && v.earlier {
			items.Vanished(v.uids)
			return true
		}
	}
	return false
}

var errClientAbandoned = errors.New("imap4: a response was not read to its end")

// wantsMore reports whether anything is asked for that is not told of messages
// whose flags change.
func (items *FetchItems) wantsMore() bool {
	return items.Envelope || items.Structure || items.Size || items.Received || items.Saved || items.IDs || items.Preview ||
		len(items.Sections) > 0 || len(items.BinarySizes) > 0 || len(items.Extra) > 0
}

func (items *FetchItems) needs() string {
	if len(items.BinarySizes) > 0 {
		return "BINARY|IMAP4REV2"
	}
	for _, s := range items.Sections {
		if s.Binary {
			return "BINARY|IMAP4REV2"
		}
	}
	return ""
}

func (items *FetchItems) encode(e *clientEncoder) {
	conn := e.conn
	e.raw("(UID")
	add := func(is bool, name string) {
		if is {
			e.raw(" " + name)
		}
	}
	condStore := conn.has("CONDSTORE") || conn.has("QRESYNC")
	add(items.Flags, "FLAGS")
	add(items.ModSeq && condStore, "MODSEQ")
	add(items.Received, "INTERNALDATE")
	add(items.Size, "RFC822.SIZE")
	add(items.Saved && conn.has("SAVEDATE"), "SAVEDATE")
	add(items.IDs && conn.has("OBJECTID"), "EMAILID THREADID")
	add(items.Preview && conn.has("PREVIEW"), "PREVIEW")
	add(items.Envelope, "ENVELOPE")
	add(items.Structure, "BODYSTRUCTURE")
	for _, path := range items.BinarySizes {
		add(true, "BINARY.SIZE["+mime.Section{Path: path}.String()+"]")
	}
	for _, name := range items.Extra {
		e.raw(" ").atom(name)
	}
	for _, s := range items.Sections {
		e.raw(" ")
		s.encode(e)
	}
	e.raw(")")
	if items.ChangedSince > 0 {
		e.raw(" (CHANGEDSINCE ").number(uint64(items.ChangedSince))
		if items.Vanished != nil {
			e.raw(" VANISHED")
		}
		e.raw(")")
	}
}

func (s *FetchSection) encode(e *clientEncoder) {
	name, section := "BODY", s.Section
	if s.Binary {
		name, section = "BINARY", mime.Section{Path: s.Path}
	}
	if !s.MarkSeen {
		name += ".PEEK"
	}
	text := section.String()
	if _, err := mime.ParseSection(text); err != nil && text != "" {
		e.fail("the section %q", text)
	}
	for _, f := range section.Fields {
		for i := range len(f) {
			if f[i] <= ' ' || f[i] >= 0x7f || f[i] == ':' {
				e.fail("the field name %q", f)
			}
		}
	}
	e.raw(name + "[" + text + "]")
	if s.Count > 0 {
		if s.Offset < 0 {
			e.fail("the offset %d", s.Offset)
		}
		e.raw(fmt.Sprintf("<%d.%d>", s.Offset, s.Count))
	}
}
