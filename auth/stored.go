package auth

import (
	"cmp"
	"fmt"
	"strings"
)

// storedPassword is a parsed string of one of the formats. A format is a file:
// its type, its parser, and a line in Hasher.parse.
type storedPassword interface {
	// matches does the work, the same for any password, and compares in
	// constant time.
	matches(password string) bool

	// String is the string to store.
	String() string

	// cost names the algorithm and its parameters. Two of the same cost take
	// the same work.
	cost() string
}

// model returns a stored password of the settings' cost that matches nothing.
func (h *Hasher) model() (storedPassword, error) {
	if err := h.checkForms(); err != nil {
		return nil, err
	}
	if h.Bcrypt != 0 {
		return bcryptModel(h.Bcrypt)
	}
	return argon2idModel(h.memory(), h.time(), cmp.Or(h.Threads, 1))
}

// newPassword computes a prepared password by the settings.
func (h *Hasher) newPassword(password string) (storedPassword, error) {
	if h.Bcrypt != 0 {
		return newBcrypt(password, h.Bcrypt)
	}
	model, err := argon2idModel(h.memory(), h.time(), cmp.Or(h.Threads, 1))
	if err != nil {
		return nil, err
	}
	return newArgon2id(password, model), nil
}

// parse reads the form of a stored string by which passwords are checked. The error is ErrHash and quotes
// nothing of it.
func (h *Hasher) parse(stored string) (storedPassword, error) {
	switch {
	case strings.HasPrefix(stored, "$argon2id$"):
		p, err := parseArgon2id(stored)
		if err != nil {
			return nil, err
		}
		return p, h.boundArgon2id(p)
	case strings.HasPrefix(stored, "$2"):
		p, err := parseBcrypt(stored)
		if err != nil {
			return nil, err
		}
		return p, h.boundBcrypt(p)
	}
	return nil, fmt.Errorf("%w: not argon2id, bcrypt or SCRAM: set the password anew", ErrHash)
}

func (h *Hasher) memory() uint32 { return cmp.Or(h.Memory, 19456) }

func (h *Hasher) time() uint32 { return cmp.Or(h.Time, 2) }

func (h *Hasher) boundArgon2id(p argon2id) error {
	memory := max(cmp.Or(h.MaxMemory, 256<<10), h.memory())
	work := max(4*uint64(memory), uint64(h.time())*uint64(h.memory()))
	if p.memory > memory || uint64(p.memory)*uint64(p.time) > work {
		return fmt.Errorf("%w: m=%d,t=%d is over the bound: raise MaxMemory or set the password anew", ErrHash, p.memory, p.time)
	}
	return nil
}

func (h *Hasher) boundBcrypt(p bcryptHash) error {
	if p.rounds > max(16, h.Bcrypt) {
		return fmt.Errorf("%w: bcrypt cost %d is over the bound: raise Bcrypt or set the password anew", ErrHash, p.rounds)
	}
	return nil
}
