package auth

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// bcryptHash is a stored password of bcrypt: $2b$<cost>$<salt><hash>, with two
// digits, 22 and 31 characters. The versions a, b and y name the same algorithm,
// after mistakes in old implementations were mended.
type bcryptHash struct {
	text   string
	rounds int // the binary logarithm of their number
}

// bcryptMax is the octets of a password that bcrypt looks at. A longer one is
// refused: to cut it off would let in whoever knows its beginning.
const bcryptMax = 72

const bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// bcryptModel is a password of this cost that matches nothing.
func bcryptModel(rounds int) (bcryptHash, error) {
	if rounds < bcrypt.MinCost || rounds > bcrypt.MaxCost {
		return bcryptHash{}, fmt.Errorf("auth: Hasher.Bcrypt of %d is out of range: give %d to %d", rounds, bcrypt.MinCost, bcrypt.MaxCost)
	}
	return bcryptHash{fmt.Sprintf("$2a$%02d$%s", rounds, strings.Repeat(".", 53)), rounds}, nil
}

func newBcrypt(password string, rounds int) (bcryptHash, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), rounds)
	if errors.Is(err, bcrypt.ErrPasswordTooLong) {
		return bcryptHash{}, fmt.Errorf("%w: bcrypt holds passwords of %d octets at most", ErrDisallowed, bcryptMax)
	}
	if err != nil {
		return bcryptHash{}, fmt.Errorf("auth: bcrypt: %w", err)
	}
	return bcryptHash{string(hash), rounds}, nil
}

func parseBcrypt(s string) (bcryptHash, error) {
	if len(s) != 60 || !strings.Contains("aby", s[2:3]) || s[3] != '$' || s[6] != '$' ||
		strings.Trim(s[7:], bcryptAlphabet) != "" || !digit(s[4]) || !digit(s[5]) {
		return bcryptHash{}, fmt.Errorf("%w: not a bcrypt string of version 2a, 2b or 2y", ErrHash)
	}
	rounds := int(s[4]-'0')*10 + int(s[5]-'0')
	if rounds < bcrypt.MinCost || rounds > bcrypt.MaxCost {
		return bcryptHash{}, fmt.Errorf("%w: bcrypt cost %d is out of range", ErrHash, rounds)
	}
	return bcryptHash{s, rounds}, nil
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// String is the string to store.
func (p bcryptHash) String() string { return p.text }

func (p bcryptHash) cost() string { return fmt.Sprintf("bcrypt %d", p.rounds) }

// matches does the work for a password that is too long as for any other.
func (p bcryptHash) matches(password string) bool {
	err := bcrypt.CompareHashAndPassword([]byte(p.text), []byte(password))
	return err == nil && len(password) <= bcryptMax
}
