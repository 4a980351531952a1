package auth

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// cheap are settings that make tests quick and are good for nothing else.
func cheap() *Hasher { return &Hasher{Time: 1, Memory: 8, Iterations: scramLeast} }

// Strings that other implementations made: the first two Argon2's reference
// implementation, the others libxcrypt.
var foreign = []struct{ stored, password string }{
	{"$argon2id$v=19$m=256,t=3,p=2$c29tZXNhbHQ$RmjTCsQYfmh47t6s8P2DxaCjDbLMFu8L", "password"},
	{"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"},
	{"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"$2b$05$abcdefghijklmnopqrstuuQNr.NUko7cjRuTOhPz.WP0eA4f4.Xuq", "p\u00e4ss"},
}

func TestVerifyForeign(t *testing.T) {
	var h Hasher
	for _, c := range foreign {
		require.NoError(t, h.Verify(t.Context(), c.stored, c.password), c.stored)
		require.ErrorIs(t, h.Verify(t.Context(), c.stored, c.password+"x"), ErrCredentials)
		require.True(t, h.NeedsRehash(c.stored))
	}
}

func TestHash(t *testing.T) {
	for _, c := range []struct {
		name   string
		hasher *Hasher
		prefix string
	}{
		{"zero value", &Hasher{}, "$argon2id$v=19$m=19456,t=2,p=1$"},
		{"argon2id", &Hasher{Time: 3, Memory: 64, Threads: 4}, "$argon2id$v=19$m=64,t=3,p=4$"},
		{"bcrypt", &Hasher{Bcrypt: 4}, "$2a$04$"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stored, err := c.hasher.Hash("p\u00e4ss word")
			require.NoError(t, err)
			require.Regexp(t, "^"+strings.ReplaceAll(c.prefix, "$", `\$`), stored)
			again, err := c.hasher.Hash("p\u00e4ss word")
			require.NoError(t, err)
			require.NotEqual(t, stored, again, "the salt is new each time")
			for _, h := range []*Hasher{c.hasher, {}, {Bcrypt: 5}} { // any Hasher checks any format
				require.NoError(t, h.Verify(t.Context(), stored, "p\u00e4ss word"))
				require.NoError(t, h.Verify(t.Context(), stored, "pa\u0308ss\u00a0word"))
				require.ErrorIs(t, h.Verify(t.Context(), stored, "pass word"), ErrCredentials)
				require.ErrorIs(t, h.Verify(t.Context(), stored, "\xff"), ErrMalformed)
				require.ErrorIs(t, h.Verify(t.Context(), stored, ""), ErrMalformed)
			}
			require.False(t, c.hasher.NeedsRehash(stored))
			require.True(t, (&Hasher{Time: 9}).NeedsRehash(stored))
			require.True(t, (&Hasher{Bcrypt: 6}).NeedsRehash(stored))
		})
	}
}

func TestHashRefuses(t *testing.T) {
	for _, c := range []struct {
		hasher   *Hasher
		password string
		err      error
	}{
		{cheap(), "", ErrMalformed},
		{cheap(), "a\x00b", ErrMalformed},
		{cheap(), "\xff", ErrMalformed},
		{cheap(), "a\nb", ErrDisallowed},
		{&Hasher{Bcrypt: 4}, strings.Repeat("x", 73), ErrDisallowed},
		{&Hasher{Bcrypt: 4}, strings.Repeat("\u00e9", 37), ErrDisallowed}, // octets count
	} {
		stored, err := c.hasher.Hash(c.password)
		require.ErrorIs(t, err, c.err)
		require.Empty(t, stored)
	}
	_, err := (&Hasher{Bcrypt: 4}).Hash(strings.Repeat("x", 72))
	require.NoError(t, err)
}

// TestHasherSettings: a mistake in the settings shows in each method alike,
// with what to change.
func TestHasherSettings(t *testing.T) {
	for _, c := range []struct {
		hasher *Hasher
		text   string
	}{
		{&Hasher{Memory: 7}, "8 KiB for each"},
		{&Hasher{Memory: 31, Threads: 4}, "8 KiB for each"},
		{&Hasher{Bcrypt: 3}, "give 4 to 31"},
		{&Hasher{Bcrypt: 32}, "give 4 to 31"},
		{&Hasher{Bcrypt: -1}, "give 4 to 31"},
	} {
		_, err := c.hasher.Hash("x")
		require.ErrorContains(t, err, c.text)
		err = c.hasher.Verify(t.Context(), foreign[1].stored, foreign[1].password)
		require.ErrorContains(t, err, c.text)
		requireTemporary(t, err)
		require.ErrorContains(t, c.hasher.Dummy(t.Context(), "x"), c.text)
		require.False(t, c.hasher.NeedsRehash("x"))
	}
}

// TestBcryptDoesNotTruncate: whoever knows the first 72 octets of a password
// must not get in by what he adds, nor the owner of a longer one by less.
func TestBcryptDoesNotTruncate(t *testing.T) {
	h := &Hasher{Bcrypt: 4}
	full := strings.Repeat("x", 72)
	stored, err := h.Hash(full)
	require.NoError(t, err)
	require.NoError(t, h.Verify(t.Context(), stored, full))
	computed := count(h)
	require.ErrorIs(t, h.Verify(t.Context(), stored, full+"y"), ErrCredentials)
	require.Equal(t, []string{"bcrypt 4"}, computed(), "a long password costs as much as any")
}

// count makes h tell the cost of each computation that it does from now on.
func count(h *Hasher) (costs func() []string) {
	var mu sync.Mutex
	var all []string
	h.observe = func(cost string) func() {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, cost)
		return func() {}
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		defer func() { all = nil }()
		return all
	}
}

func TestDummyDoesWhatVerifyDoes(t *testing.T) {
	for _, h := range []*Hasher{{}, cheap(), {Time: 2, Memory: 64, Threads: 2}, {Bcrypt: 4}} {
		stored, err := h.Hash("right")
		require.NoError(t, err)
		computed := count(h)
		require.ErrorIs(t, h.Verify(t.Context(), stored, "wrong"), ErrCredentials)
		want := computed()
		require.Len(t, want, 1)
		require.ErrorIs(t, h.Dummy(t.Context(), "wrong"), ErrCredentials)
		require.Equal(t, want, computed())
		require.NoError(t, h.Verify(t.Context(), stored, "right"))
		require.Equal(t, want, computed())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, h.Dummy(ctx, "wrong"), context.Canceled)
		require.ErrorIs(t, h.Dummy(t.Context(), "\xff"), ErrMalformed)
		require.Empty(t, computed())
	}
}

const (
	salt = "c29tZXNhbHQ" // "somesalt"
	hash = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
)

// TestStoredStrings: strings that must not be understood, of which none costs any work.
func TestStoredStrings(t *testing.T) {
	bcrypt53 := strings.Repeat("A", 53)
	for _, stored := range []string{
		"", "$", "x", "password", "*", "!", "{PLAIN}password", "$1$abc$def", "$6$salt$hash", "$$$$$",
		"$argon2id", "$argon2id$", "$argon2id$$$$", "$argon2id$v=19$m=8,t=1,p=1$" + salt,
		"$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + hash,
		"$argon2d$v=19$m=256,t=2,p=1$" + salt + "$" + hash,
		"$argon2ID$v=19$m=256,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$m=256,t=2,p=1$" + salt + "$" + hash, // version 16
		"$argon2id$v=19$t=2,m=256,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=256,t=2$" + salt + "$" + hash,
		"$argon2id$v=19$m=256,t=2,p=1,keyid=x$" + salt + "$" + hash,
		"$argon2id$v=19$m=0256,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=+256,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=-256,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=2_56,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + hash,
		"$argon2id$v=19$m=0,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + hash,  // RFC 9106, 3.1: 8 KiB for each lane
		"$argon2id$v=19$m=31,t=2,p=4$" + salt + "$" + hash, // likewise
		"$argon2id$v=19$m=4096,t=2,p=256$" + salt + "$" + hash,
		"$argon2id$v=19$m=4294967296,t=1,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=104857600,t=1,p=1$" + salt + "$" + hash, // 100 GiB
		"$argon2id$v=19$m=4294967295,t=4294967295,p=255$" + salt + "$" + hash,
		"$argon2id$v=19$m=262145,t=1,p=1$" + salt + "$" + hash, // a KiB over
		"$argon2id$v=19$m=262144,t=5,p=1$" + salt + "$" + hash, // a pass over
		"$argon2id$v=19$m=8,t=131073,p=1$" + salt + "$" + hash, // a pass over
		"$argon2id$v=19$m=256,t=2,p=1$$" + hash,
		"$argon2id$v=19$m=256,t=2,p=1$c2FsdA$" + hash, // salt of 4 octets
		"$argon2id$v=19$m=256,t=2,p=1$" + strings.Repeat("A", 66) + "$" + hash,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$nf65EA", // hash of 4 octets: found by trying
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("A", 88),
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("A", 1<<20),
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "==$" + hash,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + hash + "=",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + hash + "\n",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "\r\n$" + hash,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + hash[:len(hash)-1] + "5", // bits over
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + hash + "$",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Replace(hash, "/", "_", 1),
		"$2", "$2$", "$2a$", "$2a$10$", "$2a$10$" + bcrypt53[1:], "$2a$10$" + bcrypt53 + "A", "$2a$10$" + bcrypt53 + "\n",
		"$2$10$A" + bcrypt53, "$2c$10$" + bcrypt53, "$2x$10$" + bcrypt53, "$2A$10$" + bcrypt53,
		"$2a$03$" + bcrypt53, "$2a$32$" + bcrypt53, "$2a$00$" + bcrypt53, "$2a$99$" + bcrypt53, "$2a$-9$" + bcrypt53, "$2a$1x$" + bcrypt53,
		"$2a$17$" + bcrypt53, "$2a$31$" + bcrypt53, // hours
		"$2a$10$" + bcrypt53[:52] + "+", "$2a$10$" + bcrypt53[:20] + "$" + bcrypt53[21:],
		"$2a$10$" + bcrypt53[:20] + "\n" + bcrypt53[21:], "$2a$10A" + bcrypt53, "$2aA10$" + bcrypt53,
	} {
		h := &Hasher{}
		computed := count(h)
		err := h.Verify(t.Context(), stored, "password")
		require.ErrorIs(t, err, ErrHash, "%.80q", stored)
		requireTemporary(t, err)
		require.NotContains(t, err.Error(), hash[:8], "hashes are secrets too")
		require.NotContains(t, err.Error(), bcrypt53[:8])
		require.Empty(t, computed())
		require.True(t, h.NeedsRehash(stored))
	}
}

// TestBoundsFollowSettings: what a Hasher makes it can check, and MaxMemory
// moves the bound. Nothing is computed here.
func TestBoundsFollowSettings(t *testing.T) {
	stored := func(m, t int) string {
		return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", m, t, salt, hash)
	}
	for _, c := range []struct {
		hasher *Hasher
		stored string
		ok     bool
	}{
		{&Hasher{}, stored(262144, 4), true},
		{&Hasher{}, stored(262144, 5), false},
		{&Hasher{}, stored(262145, 1), false},
		{&Hasher{MaxMemory: 1024}, stored(19456, 2), true}, // its own setting
		{&Hasher{MaxMemory: 1024, Memory: 8}, stored(1024, 4), true},
		{&Hasher{MaxMemory: 1024, Memory: 8}, stored(1024, 5), false},
		{&Hasher{MaxMemory: 1024, Memory: 8}, stored(1025, 1), false},
		{&Hasher{MaxMemory: 1 << 20}, stored(1<<20, 4), true},
		{&Hasher{Memory: 1 << 20, Time: 9}, stored(1<<20, 9), true},
		{&Hasher{Memory: 1 << 20, Time: 9}, stored(1<<20, 10), false},
		{&Hasher{}, "$2b$16$" + strings.Repeat("A", 53), true},
		{&Hasher{Bcrypt: 17}, "$2b$17$" + strings.Repeat("A", 53), true},
		{&Hasher{Bcrypt: 17}, "$2b$18$" + strings.Repeat("A", 53), false},
	} {
		_, err := c.hasher.parse(c.stored)
		require.Equal(t, c.ok, err == nil, "%s: %v", c.stored, err)
	}
}

// TestMaxParallel: of many logins at once, no more than MaxParallel compute.
func TestMaxParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, limit := range []int{1, 3, -1} {
			var running, done atomic.Int32
			release := make(chan struct{})
			h := cheap()
			h.MaxParallel = limit
			stored, err := h.Hash("right")
			require.NoError(t, err)
			h.observe = func(string) func() {
				running.Add(1)
				<-release
				return func() { running.Add(-1) }
			}
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					switch i % 3 {
					case 0:
						_ = h.Verify(t.Context(), stored, "wrong")
					case 1:
						_ = h.Dummy(t.Context(), "wrong")
					case 2:
						_, _ = h.Hash("new")
					}
					done.Add(1)
				})
			}
			for range 20 {
				synctest.Wait()
				require.Equal(t, min(int32(max(1, limit)), 20-done.Load()), running.Load())
				release <- struct{}{}
			}
			wg.Wait()
		}
	})
}

// TestWaitingEndsWithContext: who hangs up while waiting for a turn gives it up.
func TestWaitingEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := cheap()
		h.MaxParallel = 1
		stored, err := h.Hash("right")
		require.NoError(t, err)
		release := make(chan struct{})
		var started atomic.Int32
		h.observe = func(string) func() {
			started.Add(1)
			<-release
			return func() {}
		}
		var wg sync.WaitGroup
		wg.Go(func() { _ = h.Verify(t.Context(), stored, "right") })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var waited error
		wg.Go(func() { waited = h.Verify(ctx, stored, "right") })
		synctest.Wait()
		cancel()
		synctest.Wait()
		require.ErrorIs(t, waited, context.Canceled)
		requireTemporary(t, waited)
		close(release)
		wg.Wait()
		require.EqualValues(t, 1, started.Load())
		require.NoError(t, h.Verify(t.Context(), stored, "right"), "the turn must be free again")
	})
}

// FuzzStored checks that a stored string is read only if it is what would be
// written, that its parameters are within the bounds, and that an error is
// ErrHash.
func FuzzStored(f *testing.F) {
	for _, c := range foreign {
		f.Add(c.stored)
	}
	f.Add("$argon2id$v=19$m=99999999,t=1,p=1$" + salt + "$" + hash)
	f.Add("$argon2id$v=19$m=08,t=1,p=1$\n$")
	f.Add("$2y$31$" + strings.Repeat(".", 53))
	f.Fuzz(func(t *testing.T, stored string) {
		h := &Hasher{MaxMemory: 1024, Memory: 8}
		parsed, err := h.parse(stored)
		if err != nil {
			require.ErrorIs(t, err, ErrHash)
			return
		}
		require.NotContains(t, stored, "\n")
		require.NotEmpty(t, parsed.cost())
		switch p := parsed.(type) {
		case argon2id:
			require.Equal(t, stored, p.String())
			require.LessOrEqual(t, p.memory, uint32(1024))
			require.LessOrEqual(t, uint64(p.memory)*uint64(p.time), uint64(4096))
			require.GreaterOrEqual(t, p.memory, 8*uint32(p.threads))
			p.matches("x") // must not panic: at most 4 MiB of work
		case bcryptHash:
			require.Len(t, stored, 60)
			require.LessOrEqual(t, p.rounds, 16)
			if p.rounds < 6 {
				p.matches("x")
			}
		default:
			t.Fatalf("%T", p)
		}
	})
}
