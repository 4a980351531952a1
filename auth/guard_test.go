package auth

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// from is a connection of a client.
func from(addr string) *Conn {
	return &Conn{Protocol: "smtp", TLS: secure.TLS, RemoteAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), 40000))}
}

// attempt runs one login and returns how long it waited.
func attempt(t *testing.T, g *Guard, c *Conn, name string, outcome error) time.Duration {
	t.Helper()
	begun := time.Now()
	done, err := g.Begin(t.Context(), c, name)
	require.NoError(t, err)
	done(outcome)
	return time.Since(begun)
}

// waits runs n failures and returns how long each waited, in seconds.
func waits(t *testing.T, g *Guard, n int, c func(i int) *Conn, name func(i int) string) (list []float64) {
	t.Helper()
	for i := range n {
		list = append(list, attempt(t, g, c(i), name(i), ErrCredentials).Seconds())
	}
	return list
}

func always[T any](v T) func(int) T { return func(int) T { return v } }

func TestGuardDelays(t *testing.T) {
	growing := []float64{0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30}
	none := make([]float64, len(growing))
	addrs := func(i int) *Conn { return from(fmt.Sprintf("192.0.2.%d", i)) }
	names := func(i int) string { return fmt.Sprint("user", i) }
	for _, c := range []struct {
		name  string
		guard *Guard
		conn  func(int) *Conn
		user  func(int) string
		want  []float64
	}{
		{"one name, one address", &Guard{}, always(from("192.0.2.1")), always("tim"), growing},
		{"names of one address", &Guard{}, always(from("192.0.2.1")), names, growing},
		{"addresses of one name", &Guard{}, addrs, always("tim"), growing},
		{"cases of one name", &Guard{}, addrs, func(i int) string { return []string{"tim", "Tim", "\uff34IM"}[i%3] }, growing},
		{"no name", &Guard{}, always(from("192.0.2.1")), always(""), growing},
		{"name that none can have", &Guard{}, addrs, always("\x00"), growing},
		{"no address", &Guard{}, always((*Conn)(nil)), always("tim"), growing},
		{"neither", &Guard{}, always(&Conn{}), always(""), none},
		{"Unix socket", &Guard{}, always(&Conn{RemoteAddr: &net.UnixAddr{Name: "/x"}}), names, none},
		{"one /64", &Guard{}, func(i int) *Conn { return from(fmt.Sprintf("2001:db8::%d", i)) }, names, growing},
		{"many /64", &Guard{}, func(i int) *Conn { return from(fmt.Sprintf("2001:db8:0:%d::", i)) }, names, none},
		{"IPv4 in IPv6", &Guard{}, func(i int) *Conn { return from([]string{"192.0.2.1", "::ffff:192.0.2.1"}[i%2]) }, names, growing},
		{"shared address", &Guard{Shared: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, always(from("192.0.2.1")), names, none},
		{"shared address, one name", &Guard{Shared: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, addrs, always("tim"), growing},
		{"nothing free", &Guard{Free: -1, Delay: time.Minute, MaxDelay: 5 * time.Minute, Forgive: time.Hour}, addrs, always("tim"), []float64{0, 120, 240, 300, 300}},
		{"more than the most", &Guard{Free: 1, Delay: time.Minute, MaxDelay: time.Second}, addrs, always("tim"), []float64{0, 1, 1}},
		{"no guard", nil, always(from("192.0.2.1")), always("tim"), none},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				require.Equal(t, c.want, waits(t, c.guard, len(c.want), c.conn, c.user))
			})
		})
	}
}

// TestGuardForgives: one failure after five minutes, and not before; after all of
// them nothing is left.
func TestGuardForgives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{}
		c := from("192.0.2.1")
		probe := func() float64 { return attempt(t, g, c, "tim", errDown).Seconds() } // counts as nothing
		begun := time.Now()
		for range 6 {
			attempt(t, g, c, "tim", ErrCredentials)
		}
		require.Equal(t, 2.0, probe())
		time.Sleep(time.Until(begun.Add(5*time.Minute - time.Nanosecond)))
		require.Equal(t, 2.0, probe())
		require.Equal(t, 1.0, probe())
		time.Sleep(time.Until(begun.Add(10*time.Minute - time.Nanosecond)))
		require.Equal(t, 1.0, probe())
		require.Zero(t, probe())
		for range 100 {
			attempt(t, g, c, "tim", ErrCredentials)
		}
		time.Sleep(11*5*time.Minute - time.Nanosecond) // 15 are remembered at most
		require.Equal(t, 1.0, probe())
		require.Zero(t, probe())
	})
}

// TestGuardOutcomes: what is neither right nor wrong is not counted, and every kind
// of wrong is.
func TestGuardOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, outcome := range []error{errDown, ErrMalformed, ErrHash, ErrBusy, context.Canceled, nil} {
			g := &Guard{Free: -1}
			require.Zero(t, attempt(t, g, from("192.0.2.1"), "tim", outcome))
			require.Zero(t, attempt(t, g, from("192.0.2.1"), "tim", outcome))
			require.Zero(t, attempt(t, g, from("192.0.2.1"), "tom", outcome))
		}
		for _, outcome := range []error{ErrCredentials, ErrAuthorization, ErrDisabled, ErrDisallowed, &TokenError{}, fmt.Errorf("x: %w", ErrCredentials)} {
			g := &Guard{Free: -1}
			require.Zero(t, attempt(t, g, from("192.0.2.1"), "tim", outcome))
			require.Equal(t, 2*time.Second, attempt(t, g, from("192.0.2.1"), "tim", outcome))
		}
	})
}

// TestGuardKeepsTheUsualAddress: a victim whose name is attacked from everywhere,
// and whose neighbour guesses at others, logs in from where he has before without
// any delay; elsewhere he waits.
func TestGuardKeepsTheUsualAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{}
		home := from("192.0.2.1")
		require.Zero(t, attempt(t, g, home, "tim", nil))
		for i := range 100 {
			attempt(t, g, from(fmt.Sprintf("198.51.100.%d", i)), "tim", ErrCredentials)
			attempt(t, g, home, fmt.Sprint("user", i), ErrCredentials)
		}
		require.Zero(t, attempt(t, g, home, "tim", nil))
		require.Equal(t, 30*time.Second, attempt(t, g, from("203.0.113.1"), "tim", nil))
		require.Zero(t, attempt(t, g, from("203.0.113.1"), "tim", nil)) // which is usual now
		require.Equal(t, 30*time.Second, attempt(t, g, home, "tom", nil))
	})
}

// TestGuardSuccessIsThePairsOwn: to log in by an account of one's own does not
// help to guess at another; mistakes of one's own end with a success.
func TestGuardSuccessIsThePairsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{}
		c := from("192.0.2.1")
		var list []float64
		for range 10 {
			require.Zero(t, attempt(t, g, c, "mallory", nil))
			list = append(list, attempt(t, g, c, "tim", ErrCredentials).Seconds())
		}
		require.Equal(t, []float64{0, 0, 0, 0, 0, 1, 2, 4, 8, 16}, list)

		// A pair that was good is slowed down like any other, and by itself.
		require.Equal(t, []float64{0, 0, 0, 0, 0, 1, 2}, waits(t, g, 7, always(c), always("mallory")))
		require.Equal(t, 4.0, attempt(t, g, c, "mallory", nil).Seconds())
		require.Equal(t, []float64{0, 0, 0, 0, 0, 1, 2}, waits(t, g, 7, always(c), always("mallory")))
		require.Zero(t, attempt(t, g, from("192.0.2.2"), "mallory", nil), "the name is not slower elsewhere")
	})
}

// TestGuardHoldsEveryMechanism: each answer to a wrong secret takes as long as the
// Guard says, for a name that exists as for one that does not, and a right one as
// long too. A pair that is good does not wait.
func TestGuardHoldsEveryMechanism(t *testing.T) {
	clientEnd, serverEnd := ends(t)
	login := func(t *testing.T, a *Authenticator, mechanism, name, password string) (time.Duration, error) {
		begun := time.Now()
		var err error
		switch mechanism {
		case "PASS":
			_, err = a.Password(t.Context(), serverEnd, name, password)
		case "APOP":
			digest := md5.Sum([]byte("<1@x>" + password))
			_, err = a.APOP(t.Context(), serverEnd, "<1@x>", name, hex.EncodeToString(digest[:]))
		default:
			e, startErr := a.Start(t.Context(), serverEnd, mechanism)
			require.NoError(t, startErr)
			_, err = converse(e, clientOf(t, mechanism, name, password, clientEnd), true)
		}
		return time.Since(begun), err
	}
	all := []string{"PASS", "APOP"}
	for _, m := range mechanisms {
		if m.name != "EXTERNAL" && m.name != "ANONYMOUS" { // where there is nothing to guess
			all = append(all, m.name)
		}
	}
	for _, mechanism := range all {
		for _, name := range []string{"tim", "unknown"} {
			t.Run(mechanism+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := &Authenticator{Accounts: &everything{}, Logger: silent, Guard: &Guard{Free: 1}}
					for i, want := range []time.Duration{0, 1, 2, 4} {
						took, err := login(t, a, mechanism, name, "wrong")
						require.Error(t, err)
						require.NotErrorIs(t, err, ErrBusy)
						require.Equal(t, want*time.Second, took, i)
					}
					if name != "tim" {
						return
					}
					took, err := login(t, a, mechanism, name, right)
					require.NoError(t, err)
					require.Equal(t, 8*time.Second, took)
					took, err = login(t, a, mechanism, name, right)
					require.NoError(t, err)
					require.Zero(t, took)
				})
			})
		}
	}
}

// TestGuardCountsTokensGivenUp: a client that cancels when it is told of the
// refusal has had its try.
func TestGuardCountsTokensGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &Authenticator{Accounts: tokens, Logger: silent, Guard: &Guard{Free: -1}}
		for _, want := range []time.Duration{0, 2 * time.Second, 4 * time.Second} {
			begun := time.Now()
			e, err := a.Start(t.Context(), secure, "OAUTHBEARER")
			require.NoError(t, err)
			_, _, err = e.Next([]byte("n,,\x01auth=Bearer x\x01\x01"))
			require.NoError(t, err)
			require.Equal(t, want, time.Since(begun))
		}
	})
}

// TestGuardNotForExternal: where there is nothing to guess, an attack on the name
// keeps nobody waiting.
func TestGuardNotForExternal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{Free: -1}
		for range 5 {
			attempt(t, g, from("192.0.2.1"), "tim", ErrCredentials)
		}
		begun := time.Now()
		e, err := (&Authenticator{Accounts: certificates{}, Guard: g}).Start(t.Context(), certified("tim"), "EXTERNAL")
		require.NoError(t, err)
		_, done, err := e.Next([]byte{})
		require.NoError(t, err)
		require.True(t, done)
		require.Zero(t, time.Since(begun))
	})
}

// TestGuardMemory tries a million names from a million addresses: memory stays as
// it is, what was worst is still remembered, and a good pair is too. Each tries
// thrice, so that a place is not given up to the next who comes.
func TestGuardMemory(t *testing.T) {
	g := &Guard{Entries: 8192, Delay: time.Nanosecond, MaxDelay: time.Nanosecond, Forgive: time.Hour}
	end := func(c *Conn, name string, outcome error) {
		done, err := g.Begin(t.Context(), c, name)
		require.NoError(t, err)
		done(outcome)
	}
	end(from("192.0.2.1"), "owner", nil)
	for range 20 {
		end(from("192.0.2.66"), "victim", ErrCredentials)
	}
	before := heap()
	for i := range 1_000_000 {
		c := &Conn{RemoteAddr: &net.TCPAddr{IP: net.IPv4(10, byte(i>>16), byte(i>>8), byte(i))}}
		done, err := g.Begin(t.Context(), c, fmt.Sprint("user", i))
		if err != nil {
			t.Fatal(err)
		}
		done(ErrCredentials)
	}
	require.Less(t, heap(), before+1<<20)
	require.Len(t, g.names, 1024)
	require.Len(t, g.addrs, 1024)
	require.Len(t, g.pairs, 128)
	victim, owner := g.keys(from("192.0.2.66"), "victim"), g.keys(from("192.0.2.1"), "owner")
	for _, p := range []*penalty{g.names.find(victim.name), g.addrs.find(victim.addr)} {
		require.NotNil(t, p, "the worst is not evicted by others' first failure")
		require.Greater(t, p.until, 14*time.Hour)
	}
	require.NotNil(t, g.pairs.find(owner.name, owner.addr))
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestGuardPairsOfOneName: an account that logs in from everywhere displaces its
// own pairs, oldest first, and not those of who shares its place.
func TestGuardPairsOfOneName(t *testing.T) {
	pairs := newGoodPairs(1)
	require.Len(t, pairs, 1)
	for i := range uint64(8) {
		pairs.succeed(2, 100+i, time.Duration(i))
	}
	for i := range uint64(1000) {
		pairs.succeed(1, 1000+i, time.Duration(100+i))
	}
	for i := range uint64(8) {
		require.NotNil(t, pairs.find(2, 100+i))
		require.NotNil(t, pairs.find(1, 1992+i))
	}
	require.Nil(t, pairs.find(1, 1991))
	pairs.succeed(2, 100, 2000)
	pairs.succeed(3, 1, 2001)
	require.NotNil(t, pairs.find(2, 100), "used again")
	require.Nil(t, pairs.find(2, 101), "the longest unused")
}

// FuzzGuard runs logins in the order that the input says and checks that no delay
// is over MaxDelay, that a pair which has just succeeded does not wait, that a
// table never holds a key twice, and that nobody is left waiting or under way.
func FuzzGuard(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x40\x40\x80\x80\xc0\xc0\xff"))
	outcomes := []error{ErrCredentials, nil, errDown, ErrCredentials}
	f.Fuzz(func(t *testing.T, in []byte) {
		synctest.Test(t, func(t *testing.T) {
			g := &Guard{Free: 2, Entries: 1}
			for _, b := range in[:min(len(in), 200)] {
				c, name := from(fmt.Sprintf("192.0.2.%d", b&7)), fmt.Sprint(b>>3&7)
				outcome := outcomes[b>>6]
				require.LessOrEqual(t, attempt(t, g, c, name, outcome), 30*time.Second)
				if outcome == nil {
					require.Zero(t, attempt(t, g, c, name, nil))
				}
			}
			if g.names == nil {
				return
			}
			for _, table := range []penalties{g.names, g.addrs} {
				seen := make(map[uint64]bool)
				for _, p := range table[0] {
					require.Zero(t, p.waiting)
					require.LessOrEqual(t, p.open, g.now())
					require.False(t, p.key != 0 && seen[p.key])
					seen[p.key] = true
				}
			}
		})
	})
}

func BenchmarkGuard(b *testing.B) {
	for _, bench := range []struct {
		name    string
		outcome error
		names   int
	}{{"success", nil, 1}, {"failure", ErrCredentials, 1 << 20}, {"neither", errors.New("x"), 1}} {
		b.Run(bench.name, func(b *testing.B) {
			g := &Guard{Delay: time.Nanosecond, MaxDelay: time.Nanosecond}
			conns := make([]*Conn, min(bench.names, 4096))
			for i := range conns {
				conns[i] = from(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String())
			}
			names := make([]string, bench.names)
			for i := range names {
				names[i] = fmt.Sprint("user", i)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				done, err := g.Begin(b.Context(), conns[i%len(conns)], names[i%len(names)])
				if err != nil {
					b.Fatal(err)
				}
				done(bench.outcome)
				i++
			}
		})
	}
}
