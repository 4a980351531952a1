package storetest

import (
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

var errTest = errors.New("storetest: on purpose")

func appendRules() []rule {
	return []rule{
		{"meta", "messages have the next UIDs, in the order in which they came, and are as they were given", func(e *env) {
			when := time.Date(2001, 2, 3, 4, 5, 6, 0, time.FixedZone("", -3600))
			was := e.state(e.inbox)
			done, err := e.a.Append(e.ctx, e.inbox, func(yield func(imap4.Incoming, error) bool) {
				_ = yield(imap4.Incoming{
					R: strings.NewReader("first"), Size: 99, Received: when,
					Flags: imap4.Flags{System: imap4.Seen | imap4.Draft, Keywords: []string{"$Label", "b"}},
				}, nil) && yield(imap4.Incoming{R: strings.NewReader("second message"), Size: 14}, nil)
			})
			e.NoError(err)
			e.Equal(was.UIDValidity, done.UIDValidity)
			e.Len(done.Messages, 2)
			is, all := e.scan(e.inbox, 0)
			e.Equal(done.Messages, all)
			e.Less(all[1].UID, is.UIDNext)
			e.GreaterOrEqual(all[0].UID, was.UIDNext)
			e.Greater(all[0].ModSeq, was.ModSeq)
			e.Equal(all[1].ModSeq, is.ModSeq, "the highest that was given")
			e.EqualValues(5, all[0].Size, "the size is what came, not what was announced")
			e.EqualValues(14, all[1].Size)
			e.sameFlags(imap4.Flags{System: imap4.Seen | imap4.Draft, Keywords: []string{"$Label", "b"}}, all[0].Flags)
			e.sameFlags(imap4.Flags{}, all[1].Flags)
			e.True(when.Equal(all[0].Received), "%v", all[0].Received)
			e.False(all[1].Received.IsZero(), "a zero Received is now")
			e.Equal("first", e.read(e.inbox, all[0].UID))
			e.Equal("second message", e.read(e.inbox, all[1].UID))
		}},
		{"octets", "with binary it is any octets", func(e *env) {
			var b strings.Builder
			for i := range 300_000 {
				b.WriteByte(byte(i))
			}
			done, err := e.a.Append(e.ctx, e.inbox, func(yield func(imap4.Incoming, error) bool) {
				yield(imap4.Incoming{R: strings.NewReader(b.String()), Size: int64(b.Len()), Binary: true}, nil)
			})
			e.NoError(err)
			e.True(e.read(e.inbox, done.Messages[0].UID) == b.String(), "the octets are others")
		}},
		{"empty", "a message may be empty, and so may the list", func(e *env) {
			m := e.put(e.inbox, "")
			e.Zero(m[0].Size)
			e.Empty(e.read(e.inbox, m[0].UID))
			was := e.state(e.inbox)
			done, err := e.a.Append(e.ctx, e.inbox, of())
			e.NoError(err)
			e.Empty(done.Messages)
			e.Equal(was, e.state(e.inbox))
		}},
		{"email id", "an EmailID names the bytes for good", func(e *env) {
			a, b := e.put(e.inbox, "one", "two"), e.put(e.inbox, "three")
			ids := map[string]bool{a[0].EmailID: true, a[1].EmailID: true, b[0].EmailID: true}
			if a[0].EmailID == "" {
				e.Len(ids, 1)
				return
			}
			e.Len(ids, 3)
			for id := range ids {
				e.Regexp(`^[A-Za-z0-9_-]{1,255}$`, id)
			}
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Seen), a[0].UID)
			e.Equal(a[0].EmailID, e.one(e.inbox, a[0].UID).EmailID)
		}},
		{"iterator fails", "an error that the iterator yields ends the call and is returned, wrapped; all or none", func(e *env) {
			e.none(errTest, func(yield func(imap4.Incoming, error) bool) {
				_ = yield(imap4.Incoming{R: strings.NewReader("x"), Size: 1}, nil) &&
					yield(imap4.Incoming{R: strings.NewReader("y"), Size: 1}, nil) &&
					yield(imap4.Incoming{}, errTest)
			})
		}},
		{"reader fails", "a message that did not come whole is not there, nor those before it", func(e *env) {
			for _, err := range []error{errTest, io.ErrUnexpectedEOF} {
				e.none(err, func(yield func(imap4.Incoming, error) bool) {
					_ = yield(imap4.Incoming{R: strings.NewReader("x"), Size: 1}, nil) &&
						yield(imap4.Incoming{R: io.MultiReader(strings.NewReader("half"), failing{err}), Size: 8}, nil)
				})
			}
		}},
		{"no lock", "nothing is held while a client is waited for", func(e *env) {
			e.soon("a session beside one that appends", func() {
				_, err := e.a.Append(e.ctx, e.inbox, func(yield func(imap4.Incoming, error) bool) {
					e.list(e.a)
					yield(imap4.Incoming{R: calling{func() { e.put(e.inbox, "meanwhile") }}, Size: 0}, nil)
				})
				e.NoError(err)
			})
			_, all := e.scan(e.inbox, 0)
			e.Len(all, 2)
		}},
		{"ended", "a context that has ended is an error, and nothing is done", func(e *env) {
			ctx, cancel := contextEnded(e.ctx)
			defer cancel()
			_, err := e.a.Append(ctx, e.inbox, of("x"))
			e.ErrorIs(err, ctx.Err())
			_, all := e.scan(e.inbox, 0)
			e.Empty(all)
		}},
	}
}

// none checks that an Append fails and leaves nothing.
func (e *env) none(want error, msgs iter.Seq2[imap4.Incoming, error]) {
	e.Helper()
	was := e.state(e.inbox)
	_, err := e.a.Append(e.ctx, e.inbox, msgs)
	e.ErrorIs(err, want)
	is, all := e.scan(e.inbox, 0)
	e.Empty(all, "messages of an Append that failed")
	e.Equal(was.UIDValidity, is.UIDValidity)
	if _, changes, ok := e.since(e.inbox, was.ModSeq); ok {
		for _, m := range changes {
			e.True(m.Expunged, "a message of an Append that failed")
		}
	}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// calling is an empty reader that calls.
type calling struct{ f func() }

func (c calling) Read([]byte) (int, error) { c.f(); return 0, io.EOF }
