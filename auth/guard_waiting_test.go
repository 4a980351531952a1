package auth

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGuardWaiting: of one address, and for one name, four wait, and the rest are
// refused at once whatever they know. Nobody else is.
func TestGuardWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var events []GuardEvent
		g := &Guard{Trace: func(e GuardEvent) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
		}}
		c := from("192.0.2.1")
		require.Zero(t, attempt(t, g, c, "owner", nil))
		for range 5 {
			attempt(t, g, c, "tim", ErrCredentials)
		}
		begun := time.Now()
		var waiting sync.WaitGroup
		for range 4 {
			waiting.Go(func() {
				done, err := g.Begin(t.Context(), c, "tim")
				require.NoError(t, err)
				require.Equal(t, time.Second, time.Since(begun))
				done(errDown)
			})
		}
		synctest.Wait()
		require.Len(t, events, 4)
		for _, busy := range []struct {
			conn *Conn
			name string
		}{{c, "tim"}, {c, "tom"}, {from("192.0.2.2"), "tim"}, {nil, "tim"}, {c, ""}} {
			_, err := g.Begin(t.Context(), busy.conn, busy.name)
			require.ErrorIs(t, err, ErrBusy)
			require.NotErrorIs(t, err, ErrCredentials)
			require.Equal(t, GuardEvent{Conn: busy.conn, Name: busy.name, Refused: true}, events[len(events)-1])
		}
		require.Zero(t, attempt(t, g, c, "owner", nil))
		require.Zero(t, attempt(t, g, from("192.0.2.2"), "tom", nil))
		waiting.Wait()
		require.Equal(t, time.Second, attempt(t, g, c, "tim", errDown))
		require.Equal(t, GuardEvent{Conn: c, Name: "tim", Wait: time.Second}, events[len(events)-1])
	})
}

// TestGuardAtOnce: who guesses many times at once, before the outcome of any is
// known, has 32 free guesses and then waits like who guesses one by one; what is
// given up without an outcome counts no longer than a failure.
func TestGuardAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		conn func(int) *Conn
		user func(int) string
	}{
		{"one name", func(i int) *Conn { return from(fmt.Sprintf("192.0.2.%d", i)) }, always("tim")},
		{"one address", always(from("192.0.2.1")), func(i int) string { return fmt.Sprint("user", i) }},
		{"a good pair", always(from("192.0.2.1")), always("owner")},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &Guard{}
				require.Zero(t, attempt(t, g, from("192.0.2.1"), "owner", nil))
				var ends []func(error)
				begun := time.Now()
				for i := range 32 {
					done, err := g.Begin(t.Context(), c.conn(i), c.user(i))
					require.NoError(t, err)
					ends = append(ends, done)
				}
				require.Zero(t, time.Since(begun))
				ends = append(ends, func(error) {})
				for i, want := range []float64{1, 2, 4} {
					begun := time.Now()
					done, err := g.Begin(t.Context(), c.conn(40+i), c.user(40+i))
					require.NoError(t, err)
					require.Equal(t, want, time.Since(begun).Seconds())
					ends = append(ends, done)
				}
				for _, done := range ends {
					done(errDown)
				}
				require.Zero(t, attempt(t, g, c.conn(50), c.user(50), errDown))
				for i := range 60 {
					_, err := g.Begin(t.Context(), c.conn(60+i), c.user(60+i)) // and no done
					require.NoError(t, err)
				}
				time.Sleep(55 * time.Minute) // 42 are remembered at most
				require.Zero(t, attempt(t, g, c.conn(100), c.user(100), errDown))
			})
		})
	}
}

// TestGuardPlacesOfANewPair: a login that waits while another one makes its pair a
// good one gives its place up all the same, or else the name and the address would
// be refused for good.
func TestGuardPlacesOfANewPair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{Free: 1}
		c := from("192.0.2.1")
		attempt(t, g, c, "tim", ErrCredentials)
		var waiting sync.WaitGroup
		for i := range 4 {
			waiting.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				attempt(t, g, c, "tim", nil)
			})
		}
		waiting.Wait()
		require.NotNil(t, g.pairs.find(g.keys(c, "tim").name, g.keys(c, "tim").addr))
		for _, table := range []penalties{g.names, g.addrs} {
			for _, place := range table {
				for _, p := range place {
					require.Zero(t, p.waiting)
				}
			}
		}
	})
}

// TestGuardContext: who hangs up gives his place to the next, and has learned
// nothing.
func TestGuardContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{Free: -1, Waiting: 1}
		c := from("192.0.2.1")
		attempt(t, g, c, "tim", ErrCredentials)
		for range 40 { // none of them is under way any more
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := g.Begin(ctx, c, "tim")
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.Equal(t, 2*time.Second, attempt(t, g, c, "tim", nil))
	})
}

// TestGuardBusyLogin: the engine gets a temporary failure, nothing was checked, and
// the log says why.
func TestGuardBusyLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newCapture()
		checked := 0
		a := &Authenticator{Logger: slogOf(log), Guard: &Guard{Free: -1, Waiting: 1}, Accounts: verifierFunc(func(context.Context, *Conn, string, string) (string, error) {
			checked++
			return "", ErrCredentials
		})}
		_, err := a.Password(t.Context(), secure, "tim", "x")
		require.ErrorIs(t, err, ErrCredentials)
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		waiting.Go(func() { _, _ = a.Password(ctx, secure, "tim", "x") })
		synctest.Wait()
		e, err := a.Start(t.Context(), secure, "PLAIN")
		require.NoError(t, err)
		_, _, err = e.Next([]byte("\x00tim\x00" + canary))
		require.ErrorIs(t, err, ErrBusy)
		requireTemporary(t, err)
		_, err = a.Password(t.Context(), secure, "tim", canary)
		require.ErrorIs(t, err, ErrBusy)
		cancel()
		waiting.Wait()
		require.Equal(t, 1, checked)
		require.Contains(t, log.all.String(), "auth: login put off")
		require.NotContains(t, log.all.String(), canary)
	})
}
