package auth

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Hasher makes and checks stored passwords. The zero value makes argon2id
// strings at the cost that OWASP recommends (19 MiB, 2 passes, 1 thread) with keys
// for SCRAM-SHA-256, and one Hasher should serve a whole program, because the
// bound on parallel work is its own. It understands what it finds stored,
// whatever its own settings: one of these forms, or several with ";" between,
// each for other mechanisms.
//
//	$argon2id$v=19$m=19456,t=2,p=1$salt$hash        the PHC string format: PLAIN, LOGIN
//	$2a$, $2b$, $2y$ and 56 characters              bcrypt: the same
//	SCRAM-SHA-256$65536:salt$StoredKey:ServerKey    RFC 5803: SCRAM, and those if it is alone
//	NT$ and 32 hexadecimal digits                   NTLM
//	SECRET$ and base64                              CRAM-MD5, DIGEST-MD5, APOP, NTLM
//
// A string is of a line of printable ASCII without spaces, about 250 octets by
// default; a column for it should hold 2,048. Whoever steals it attacks the form
// that is weakest: the keys for SCRAM need no memory, so that guessing by them is
// cheaper than by argon2id, and a store for which that counts more than SCRAM
// sets SCRAM to an empty list.
//
// Passwords are prepared by PreparePassword, so that what is stored by any
// spelling of a Unicode password matches any other. The fields must not change
// once it is in use, and it must not be copied then. Its methods may be called
// at once from many goroutines.
type Hasher struct {
	Time    uint32 // passes over the memory; 0 is 2
	Memory  uint32 // KiB for each hash, at least 8 times Threads; 0 is 19,456
	Threads uint8  // lanes, each a goroutine; 0 is 1

	// Bcrypt, if not 0, makes Hash create bcrypt strings of this cost (4 to
	// 31) for a store that is shared with software that knows no better.
	Bcrypt int

	// SCRAM names the hash functions for which Hash adds keys: "SHA-256",
	// "SHA-1". Nil is SHA-256; an empty list is none.
	SCRAM []string

	// Iterations is the work in such a key, 4,096 to 1,000,000; the client
	// does it at each login, the server when a password is set. 0 is 65,536,
	// the most that clients with Cyrus SASL (Postfix, Mutt) are ready for.
	Iterations int

	// NTHash makes Hash add the hash that NTLM needs. It has no salt and is
	// as good as the password: to log in by NTLM, whoever steals it need not
	// even guess.
	NTHash bool

	// Secret makes Hash add THE PASSWORD ITSELF, which CRAM-MD5, DIGEST-MD5
	// and APOP cannot do without. Whoever reads the store, a copy of it or a
	// backup then has every password. Set it only for clients that speak
	// nothing else, and encrypt the strings at rest.
	Secret bool

	// MaxParallel is how many hashes may be computed at once; others wait.
	// So MaxParallel times Memory is what logins take at most. 0 is
	// GOMAXPROCS: more would not be faster.
	MaxParallel int

	// MaxMemory is the most that a stored argon2id string may ask for, in
	// KiB; it may ask for four such passes in all (its m times its t). What
	// Time and Memory say is always allowed. 0 is 262,144 (256 MiB). A
	// bcrypt string may ask for cost 16, or Bcrypt if that is more.
	MaxMemory uint32

	once  sync.Once
	slots *semaphore.Weighted

	// observe, set by tests, is told the cost of each computation when it
	// begins; what it returns is called when it ends.
	observe func(cost string) (end func())
}

// Hash returns the string to store for a password, in every form that is set. It waits its turn for as
// long as that takes. A password that PreparePassword refuses, or that is over
// bcrypt's 72 octets where Bcrypt is set, is ErrDisallowed or ErrMalformed.
func (h *Hasher) Hash(password string) (string, error) {
	return h.hash(context.Background(), password)
}

func (h *Hasher) hash(ctx context.Context, password string) (string, error) {
	password, err := PreparePassword(password)
	if err != nil {
		return "", err
	}
	model, err := h.model()
	if err != nil {
		return "", err
	}
	end, err := h.begin(ctx, model)
	if err != nil {
		return "", err
	}
	defer end()
	made, err := h.make(password)
	if err != nil {
		return "", err
	}
	return made.String(), nil
}

// Verify returns nil if password is the one of which stored was made,
// ErrCredentials if not, ErrHash for a string that it does not understand or that
// is over its bounds, and the context's error if that ends while waiting.
func (h *Hasher) Verify(ctx context.Context, stored, password string) error {
	if _, err := h.model(); err != nil {
		return err // as Dummy fails, so that a mistake in the settings tells no names
	}
	parsed, err := h.parseForms(stored)
	if err != nil {
		return err
	}
	checker, err := parsed.checker()
	if err != nil {
		return err
	}
	return h.verify(ctx, checker, password)
}

// Dummy does the work of Verify with a string that Hash would make, and fails
// as for a wrong password. Called for a name that has no password, it keeps the
// time of the answer from telling so. Accounts whose strings were made at
// another cost still differ in time, until they are made anew: see NeedsRehash.
func (h *Hasher) Dummy(ctx context.Context, password string) error {
	model, err := h.model()
	if err != nil {
		return err
	}
	if err := h.verify(ctx, model, password); err != nil {
		return err
	}
	return ErrCredentials // were it ever to match
}

// NeedsRehash reports whether Hash would make a string of other forms, algorithms
// or parameters than stored is of, or stored is not understood. The time to
// replace it is when the password is at hand, at a login: Passwords does so.
// Programs that share a store should share the settings too.
func (h *Hasher) NeedsRehash(stored string) bool {
	model, err := h.modelForms()
	if err != nil {
		return false // Hash would fail likewise
	}
	parsed, err := h.parseForms(stored)
	return err != nil || parsed.cost() != model.cost()
}

// verify is all the work there is: for a wrong password, a right one and none.
func (h *Hasher) verify(ctx context.Context, s storedPassword, password string) error {
	password, err := PreparePassword(password)
	if err != nil {
		return err
	}
	end, err := h.begin(ctx, s)
	if err != nil {
		return err
	}
	defer end()
	if !s.matches(password) {
		return ErrCredentials
	}
	return nil
}

// begin waits for a turn to compute.
func (h *Hasher) begin(ctx context.Context, s storedPassword) (end func(), err error) {
	h.once.Do(func() {
		h.slots = semaphore.NewWeighted(int64(max(1, cmp.Or(h.MaxParallel, runtime.GOMAXPROCS(0)))))
	})
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("auth: waiting to check a password: %w", err)
	}
	if h.observe == nil {
		return func() { h.slots.Release(1) }, nil
	}
	observed := h.observe(s.cost())
	return func() { observed(); h.slots.Release(1) }, nil
}
