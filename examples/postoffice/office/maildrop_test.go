package office

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// filled is an Office whose alice has three messages.
func filled(t *testing.T) (*running, DemoUser) {
	t.Helper()
	o := start(t, Config{Dir: t.TempDir()})
	for _, subject := range []string{"one", "two", "three"} {
		o.submit(t, "bob@postoffice.test", "Subject: "+subject+"\r\n\r\n", "alice@postoffice.test")
	}
	return o, o.DemoUsers()[0]
}

// QUIT removes what was deleted (RFC 1939, 6), and only that; UIDLs stay.
func TestDelete(t *testing.T) {
	o, alice := filled(t)
	c := o.login(t, alice.Name, alice.Password)
	before := c.multi("UIDL")
	c.want("DELE 2", "+OK")
	c.quit()
	require.Len(t, o.inbox(t, "alice"), 2)
	c = o.login(t, alice.Name, alice.Password)
	require.Contains(t, c.multi("RETR 1"), "Subject: one\r\n")
	require.Contains(t, c.multi("RETR 2"), "Subject: three\r\n")
	after := c.multi("UIDL")
	c.quit()
	require.Len(t, uidls(before), 3)
	require.Equal(t, []string{uidls(before)[0], uidls(before)[2]}, uidls(after))
}

// uidls returns what is listed, without the numbers.
func uidls(list string) (names []string) {
	for line := range strings.Lines(list) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		names = append(names, name)
	}
	return names
}

// Without QUIT nothing is removed, and the maildrop is free again.
func TestHangUp(t *testing.T) {
	o, alice := filled(t)
	c := o.login(t, alice.Name, alice.Password)
	c.want("DELE 1", "+OK")
	c.want("DELE 2", "+OK")
	c.hangUp()
	require.Len(t, o.read(t, alice), 3)
}

// A maildrop is open in one session at a time, and mail arrives meanwhile.
func TestInUse(t *testing.T) {
	o, alice := filled(t)
	first := o.login(t, alice.Name, alice.Password)
	second := o.dial(t, "pop3s")
	for range 2 {
		second.want("USER alice", "+OK")
		second.want("PASS "+alice.Password, "-ERR [IN-USE]")
	}
	o.submit(t, "bob@postoffice.test", "Subject: four\r\n\r\n", "alice@postoffice.test")
	first.want("STAT", "+OK 3 ")
	first.want("DELE 1", "+OK")
	first.quit()
	second.want("USER alice", "+OK")
	second.want("PASS "+alice.Password, "+OK")
	second.want("STAT", "+OK 3 ")
	second.quit()
}

// The leases of a server that was stopped do not outlive it.
func TestLeaseEndsWithTheServer(t *testing.T) {
	o, alice := filled(t)
	c := o.login(t, alice.Name, alice.Password)
	c.want("DELE 1", "+OK")
	go o.stop()
	require.Regexp(t, "^-ERR ", c.line())
	c.gone()
	require.NoError(t, o.stop())
	again := start(t, Config{Dir: o.config.Dir})
	require.Len(t, again.read(t, alice), 3)
}

// leases is a store that only knows about leases. It takes notes of when they
// were renewed.
type leases struct {
	store.Store
	began   time.Time
	answers []error // to the renewals, nil after them
	renewed []time.Duration
	holder  store.Lease
}

func (l *leases) RenewMaildrop(_ context.Context, old store.Lease, ttl time.Duration) (store.Lease, error) {
	l.renewed = append(l.renewed, time.Since(l.began))
	if len(l.answers) > 0 {
		err := l.answers[0]
		l.answers = l.answers[1:]
		if err != nil {
			return store.Lease{}, err
		}
	}
	old.Token++
	old.Until = time.Now().Add(ttl)
	return old, nil
}

func (l *leases) ReleaseMaildrop(_ context.Context, held store.Lease) error {
	l.holder = held
	return nil
}

// hold keeps a maildrop for a while, closes it, and returns what the store was
// asked.
func hold(t *testing.T, answers ...error) (l *leases) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l = &leases{began: time.Now(), answers: answers}
		held := &mailLock{store: l, log: slog.New(slog.DiscardHandler), lease: store.Lease{Token: 1}}
		held.keep(t.Context())
		time.Sleep(21 * time.Minute)
		require.NoError(t, held.release())
	})
	return l
}

// The lease is renewed as long as the session lasts, and the last one is given
// back.
func TestRenew(t *testing.T) {
	l := hold(t)
	require.Equal(t, []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute}, l.renewed)
	require.EqualValues(t, 5, l.holder.Token)
}

// A store that cannot renew the lease once is asked again: the lease runs long
// enough for that.
func TestRenewAgain(t *testing.T) {
	l := hold(t, nil, errors.New("disk is full"))
	require.Len(t, l.renewed, 4)
	require.EqualValues(t, 4, l.holder.Token)
}

func TestLeaseLost(t *testing.T) {
	l := hold(t, nil, store.ErrLeaseLost)
	require.Len(t, l.renewed, 2)
}
