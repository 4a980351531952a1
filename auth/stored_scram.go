package auth

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/auth/internal/scram"
)

// scramForm is the SCRAM key of a password for one hash function, in the form of
// RFC 5803: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>.
type scramForm struct {
	hash scram.Hash
	key  scram.Key
}

// The bounds of a key: clients refuse fewer iterations (RFC 7677, 4), and more
// than they are ready to compute.
const (
	scramLeast   = 4096
	scramMost    = 1_000_000
	scramSaltLen = 16
)

func newSCRAM(h scram.Hash, password string, iterations int) (scramForm, error) {
	salt := make([]byte, scramSaltLen)
	rand.Read(salt) // never fails
	secret, err := h.Derive(saslprep(password), salt, iterations)
	if err != nil {
		return scramForm{}, fmt.Errorf("auth: deriving a SCRAM key: %w", err)
	}
	return scramForm{h, secret.Key(salt, iterations)}, nil
}

// parseSCRAM reads what String writes and nothing else.
func parseSCRAM(s string) (scramForm, error) {
	scheme, rest, _ := strings.Cut(strings.TrimPrefix(s, "SCRAM-"), "$")
	info, value, _ := strings.Cut(rest, "$")
	iterations, salt, _ := strings.Cut(info, ":")
	storedKey, serverKey, _ := strings.Cut(value, ":")
	var f scramForm
	var known bool
	f.hash, known = scram.Named(scheme)
	// An error leaves what is not what is written below.
	f.key.Iterations, _ = strconv.Atoi(iterations)
	f.key.Salt, _ = base64.StdEncoding.DecodeString(salt)
	f.key.StoredKey, _ = base64.StdEncoding.DecodeString(storedKey)
	f.key.ServerKey, _ = base64.StdEncoding.DecodeString(serverKey)
	switch {
	case !known || f.String() != s:
		return scramForm{}, fmt.Errorf("%w: not a SCRAM string for SHA-1 or SHA-256", ErrHash)
	case f.key.Iterations < scramLeast || f.key.Iterations > scramMost:
		return scramForm{}, fmt.Errorf("%w: a SCRAM string needs %d to %d iterations", ErrHash, scramLeast, scramMost)
	case len(f.key.Salt) < 8 || len(f.key.Salt) > 64 || len(f.key.StoredKey) != f.hash.Size || len(f.key.ServerKey) != f.hash.Size:
		return scramForm{}, fmt.Errorf("%w: SCRAM salt or key of the wrong length", ErrHash)
	}
	return f, nil
}

// String is the string to store.
func (f scramForm) String() string {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-%s$%d:%s$%s:%s", f.hash.Name, f.key.Iterations, b64(f.key.Salt), b64(f.key.StoredKey), b64(f.key.ServerKey))
}

func (f scramForm) cost() string {
	return fmt.Sprintf("SCRAM-%s i=%d salt %d", f.hash.Name, f.key.Iterations, len(f.key.Salt))
}

// matches serves strings that have no other form, such as those of a directory
// that was made for SCRAM.
func (f scramForm) matches(password string) bool {
	secret, err := f.hash.Derive(saslprep(password), f.key.Salt, f.key.Iterations)
	if err != nil {
		return false
	}
	key := secret.Key(f.key.Salt, f.key.Iterations)
	return subtle.ConstantTimeCompare(key.StoredKey, f.key.StoredKey) == 1
}

func (h *Hasher) iterations() int { return cmp.Or(h.Iterations, 65_536) }
