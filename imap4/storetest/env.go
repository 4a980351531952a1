package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
)

// An env is a store that a rule is checked on.
type env struct {
	testing.TB
	*require.Assertions
	ctx      context.Context
	accounts Accounts
	patience time.Duration
	a        imap4.Account // a session of alice's
	inbox    imap4.MailboxID
}

func newEnv(t testing.TB, accounts Accounts, patience time.Duration) *env {
	e := &env{TB: t, Assertions: require.New(t), ctx: t.Context(), accounts: accounts, patience: patience}
	e.a = e.session("alice")
	e.inbox = e.find(e.a, "INBOX").ID
	return e
}

// Errorf is the test's, and not that of the assertions.
func (e *env) Errorf(format string, args ...any) {
	e.Helper()
	e.TB.Errorf(format, args...)
}

// FailNow ends the rule.
func (e *env) FailNow(what string) {
	e.Helper()
	e.TB.Errorf("%s", what)
	e.TB.FailNow()
}

// session opens a session that is closed when the rule has been checked.
func (e *env) session(user string) imap4.Account {
	a := e.accounts(user)
	e.Cleanup(func() {
		if err := a.Close(); err != nil {
			e.Errorf("Close: %v", err)
		}
	})
	return a
}

// list returns the mailboxes, and checks what holds of every list.
func (e *env) list(a imap4.Account) []imap4.Mailbox {
	e.Helper()
	var list []imap4.Mailbox
	ids, names := make(map[imap4.MailboxID]bool), make(map[string]bool)
	for m, err := range a.Mailboxes(e.ctx) {
		e.NoError(err)
		e.NotEmpty(m.Name)
		name := strings.Join(m.Name, "\x00")
		e.False(names[name], "%q is listed twice", m.Name)
		e.Equal(m.Missing, m.ID == 0, "%q: the ID is 0 if it is missing, and only then", m.Name)
		e.False(m.Missing && !m.Subscribed, "%q is listed, but neither exists nor is subscribed", m.Name)
		if m.ID != 0 {
			e.False(ids[m.ID], "two mailboxes have the ID %d", m.ID)
			for below := range names {
				e.False(strings.HasPrefix(below, name+"\x00"), "%q comes behind %q", m.Name, below)
			}
		}
		ids[m.ID], names[name] = true, true
		list = append(list, m)
	}
	return list
}

// look returns a mailbox from the list, by its name.
func (e *env) look(a imap4.Account, name ...string) (imap4.Mailbox, bool) {
	e.Helper()
	for _, m := range e.list(a) {
		if slices.Equal(m.Name, name) {
			return m, true
		}
	}
	return imap4.Mailbox{}, false
}

func (e *env) find(a imap4.Account, name ...string) imap4.Mailbox {
	e.Helper()
	m, ok := e.look(a, name...)
	e.True(ok && !m.Missing, "there is no mailbox %q", name)
	return m
}

func (e *env) change(c imap4.MailboxChange) imap4.Mailbox {
	e.Helper()
	m, err := e.a.Change(e.ctx, c)
	e.NoError(err)
	return m
}

// create makes a mailbox.
func (e *env) create(name ...string) imap4.Mailbox {
	e.Helper()
	m := e.change(imap4.MailboxChange{Op: imap4.CreateMailbox, Name: name})
	e.Equal(name, m.Name)
	e.NotZero(m.ID)
	e.False(m.Missing || m.NoSelect)
	return m
}

// of yields messages without flags.
func of(texts ...string) iter.Seq2[imap4.Incoming, error] {
	return func(yield func(imap4.Incoming, error) bool) {
		for _, text := range texts {
			if !yield(imap4.Incoming{R: strings.NewReader(text), Size: int64(len(text))}, nil) {
				return
			}
		}
	}
}

// put appends messages.
func (e *env) put(box imap4.MailboxID, texts ...string) []imap4.Meta {
	e.Helper()
	done, err := e.a.Append(e.ctx, box, of(texts...))
	e.NoError(err)
	e.Len(done.Messages, len(texts))
	return done.Messages
}

// fill appends n small messages.
func (e *env) fill(box imap4.MailboxID, n int) []imap4.Meta {
	e.Helper()
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("Subject: %d\r\n\r\n", i)
	}
	return e.put(box, texts...)
}

// scan returns what a Scan yields, and checks what holds of every one.
func (e *env) scan(box imap4.MailboxID, since imap4.ModSeq) (imap4.State, []imap4.Meta) {
	e.Helper()
	state, all, err := e.a.Scan(e.ctx, box, since)
	e.NoError(err)
	e.NotZero(state.UIDValidity)
	e.NotZero(state.UIDNext)
	e.True(state.ModSeq >= 1 && state.ModSeq <= math.MaxInt64, "the mod-sequence %d", state.ModSeq)
	var metas []imap4.Meta
	var last imap4.UID
	for m, err := range all {
		e.NoError(err)
		e.Greater(m.UID, last, "UIDs ascend, and none comes twice")
		e.Greater(m.ModSeq, since, "what did not change since is not yielded")
		e.False(m.Expunged && since == 0, "a Scan since 0 yields no expunges")
		if since == 0 {
			e.Less(m.UID, state.UIDNext)
		}
		last = m.UID
		metas = append(metas, m)
	}
	return state, metas
}

// since is scan for stores that may have forgotten: then ok is false.
func (e *env) since(box imap4.MailboxID, mod imap4.ModSeq) (state imap4.State, metas []imap4.Meta, ok bool) {
	e.Helper()
	_, _, err := e.a.Scan(e.ctx, box, mod)
	if errors.Is(err, imap4.ErrHistoryGone) {
		return imap4.State{}, nil, false
	}
	state, metas = e.scan(box, mod)
	return state, metas, true
}

func (e *env) state(box imap4.MailboxID) imap4.State {
	e.Helper()
	state, _ := e.scan(box, 0)
	return state
}

// one returns a message.
func (e *env) one(box imap4.MailboxID, uid imap4.UID) imap4.Meta {
	e.Helper()
	_, all := e.scan(box, 0)
	at := slices.IndexFunc(all, func(m imap4.Meta) bool { return m.UID == uid })
	e.NotEqual(-1, at, "there is no message %d", uid)
	return all[at]
}

func (e *env) flag(box imap4.MailboxID, mode imap4.FlagMode, f imap4.Flags, uids ...imap4.UID) []imap4.Meta {
	e.Helper()
	changed, conflict, err := e.a.SetFlags(e.ctx, box, imap4.FlagChange{UIDs: imap4.NewUIDSet(uids...), Mode: mode, Flags: f})
	e.NoError(err)
	e.Empty(conflict)
	return changed
}

func (e *env) expunge(box imap4.MailboxID, uids ...imap4.UID) []imap4.Meta {
	e.Helper()
	gone, err := e.a.Expunge(e.ctx, box, imap4.NewUIDSet(uids...))
	e.NoError(err)
	return gone
}

func (e *env) read(box imap4.MailboxID, uid imap4.UID) string {
	e.Helper()
	b, err := e.a.Body(e.ctx, box, uid)
	e.NoError(err)
	text, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	e.NoError(err)
	e.EqualValues(b.Size(), len(text))
	e.NoError(b.Close())
	return string(text)
}

// soon runs f, which must return within the env's patience: it would not if the
// store held a lock that f needs.
func (e *env) soon(what string, f func()) {
	e.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(e.patience):
		e.FailNow(what + " waits in vain")
	}
}

func uidsOf(metas []imap4.Meta) []imap4.UID {
	var uids []imap4.UID
	for _, m := range metas {
		uids = append(uids, m.UID)
	}
	return uids
}

// everything is the set of all UIDs.
func everything() imap4.UIDSet { return imap4.UIDSet{{First: 1, Last: math.MaxUint32}} }

func keywords(k ...string) imap4.Flags { return imap4.Flags{Keywords: k} }

func system(f imap4.SystemFlags) imap4.Flags { return imap4.Flags{System: f} }

// sameFlags compares flags, the spelling of keywords included.
func (e *env) sameFlags(want, got imap4.Flags) {
	e.Helper()
	e.Equal(want.System, got.System)
	e.ElementsMatch(want.Keywords, got.Keywords)
}

// upgrade finds an interface in an account or in what it wraps.
func upgrade[T any](v any) (T, bool) {
	for {
		if t, ok := v.(T); ok {
			return t, true
		}
		u, ok := v.(imap4.Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		v = u.Unwrap()
	}
}

// needs is upgrade where a rule is about nothing without it.
func needs[T any](e *env, v any) T {
	e.Helper()
	t, ok := upgrade[T](v)
	if !ok {
		e.Skipf("the account is no %T", (*T)(nil))
	}
	return t
}
