package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argon2id is a stored password of Argon2id, version 1.3 (RFC 9106), in the PHC
// string format: $argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>.
type argon2id struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// The lengths in octets that Hash makes, RFC 9106, 3.1 and 4: 128 bits of salt
// and 256 of tag.
const (
	argon2SaltLen = 16
	argon2KeyLen  = 32
)

// argon2Encoding is the PHC format's: standard alphabet, no padding.
var argon2Encoding = base64.RawStdEncoding.Strict()

// argon2idModel is a password of these parameters that matches nothing.
func argon2idModel(memory, time uint32, threads uint8) (argon2id, error) {
	if memory < 8*uint32(threads) {
		return argon2id{}, fmt.Errorf("auth: Hasher.Memory of %d KiB is too little for %d threads: give 8 KiB for each", memory, threads)
	}
	return argon2id{memory, time, threads, make([]byte, argon2SaltLen), make([]byte, argon2KeyLen)}, nil
}

// newArgon2id computes a password with the model's parameters and a new salt.
func newArgon2id(password string, model argon2id) argon2id {
	p := model
	p.salt = make([]byte, argon2SaltLen)
	rand.Read(p.salt) // never fails
	p.key = p.compute(password)
	return p
}

// parseArgon2id reads what String writes and nothing else: no leading zeros, no
// other order, no line ends that base64 would skip.
func parseArgon2id(s string) (argon2id, error) {
	fields := strings.Split(s, "$") // the first is before the first "$"
	if len(s) > 256 || len(fields) != 6 {
		return argon2id{}, fmt.Errorf("%w: argon2id string without its five parts", ErrHash)
	}
	var p argon2id
	costs := strings.Split(fields[3], ",")
	if len(costs) != 3 {
		return argon2id{}, fmt.Errorf("%w: argon2id parameters are not m, t, p", ErrHash)
	}
	// An error leaves 0 or the greatest number; then the string is not what
	// is written below.
	p.memory = uint32(number(costs[0], "m=", 32))
	p.time = uint32(number(costs[1], "t=", 32))
	p.threads = uint8(number(costs[2], "p=", 8))
	p.salt, _ = argon2Encoding.DecodeString(fields[4])
	p.key, _ = argon2Encoding.DecodeString(fields[5])
	switch {
	case p.String() != s:
		return argon2id{}, fmt.Errorf("%w: not an argon2id string of version 19", ErrHash)
	case p.time < 1 || p.threads < 1 || uint64(p.memory) < 8*uint64(p.threads): // RFC 9106, 3.1
		return argon2id{}, fmt.Errorf("%w: argon2id parameters out of range", ErrHash)
	case len(p.salt) < 8 || len(p.salt) > 48 || len(p.key) < 12 || len(p.key) > 64: // PHC string format
		return argon2id{}, fmt.Errorf("%w: argon2id salt or hash too short or too long", ErrHash)
	}
	return p, nil
}

func number(s, prefix string, bits int) uint64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, prefix), 10, bits)
	if err != nil {
		return 0
	}
	return n
}

// String is the string to store.
func (p argon2id) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		argon2Encoding.EncodeToString(p.salt), argon2Encoding.EncodeToString(p.key))
}

func (p argon2id) cost() string {
	return fmt.Sprintf("argon2id m=%d,t=%d,p=%d salt %d hash %d", p.memory, p.time, p.threads, len(p.salt), len(p.key))
}

func (p argon2id) matches(password string) bool {
	return subtle.ConstantTimeCompare(p.compute(password), p.key) == 1
}

func (p argon2id) compute(password string) []byte {
	return argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key)))
}
