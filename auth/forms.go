package auth

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/auth/internal/ntlm"
	"github.com/wirepost/wirepost/auth/internal/scram"
)

// forms are what a stored string holds: a password in one form or several, each
// for other mechanisms, parted by ";", which is in none of them.
type forms struct {
	password storedPassword // argon2id or bcrypt; nil if there is none
	scram    []scramForm    // one for each hash function at most
	nt       *ntlm.Hash     // nil if there is none
	secret   string         // "" if there is none
}

const (
	formSeparator = ";"
	ntPrefix      = "NT$"     // and 32 hexadecimal digits
	secretPrefix  = "SECRET$" // and base64
	maxStored     = 8192      // octets of a whole string
)

// parseForms reads a stored string. The error is ErrHash and quotes nothing of it.
func (h *Hasher) parseForms(stored string) (forms, error) {
	if len(stored) > maxStored {
		return forms{}, fmt.Errorf("%w: stored string of more than %d octets", ErrHash, maxStored)
	}
	var f forms
	for s := range strings.SplitSeq(stored, formSeparator) {
		if err := f.add(h, s); err != nil {
			return forms{}, err
		}
	}
	return f, nil
}

func (f *forms) add(h *Hasher, s string) (err error) {
	again := false
	switch {
	case strings.HasPrefix(s, "SCRAM-"):
		var one scramForm
		one, err = parseSCRAM(s)
		again = slices.ContainsFunc(f.scram, func(other scramForm) bool { return other.hash.Name == one.hash.Name })
		f.scram = append(f.scram, one)
	case strings.HasPrefix(s, ntPrefix):
		again = f.nt != nil
		f.nt, err = parseNT(s)
	case strings.HasPrefix(s, secretPrefix):
		again = f.secret != ""
		f.secret, err = parseSecret(s)
	default:
		again = f.password != nil
		f.password, err = h.parse(s)
	}
	if err == nil && again {
		err = fmt.Errorf("%w: one form twice", ErrHash)
	}
	return err
}

func parseNT(s string) (*ntlm.Hash, error) {
	var hash ntlm.Hash
	n, err := hex.Decode(hash[:], []byte(s[len(ntPrefix):min(len(s), len(ntPrefix)+2*len(hash))]))
	if err != nil || n != len(hash) || ntString(hash) != s {
		return nil, fmt.Errorf("%w: not an NT hash", ErrHash)
	}
	return &hash, nil
}

func ntString(hash ntlm.Hash) string { return ntPrefix + hex.EncodeToString(hash[:]) }

func parseSecret(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
	if err != nil || len(b) == 0 || secretString(string(b)) != s {
		return "", fmt.Errorf("%w: not a password in base64", ErrHash)
	}
	return string(b), nil
}

func secretString(secret string) string {
	return secretPrefix + base64.StdEncoding.EncodeToString([]byte(secret))
}

// String is the string to store.
func (f forms) String() string {
	var all []string
	if f.password != nil {
		all = append(all, f.password.String())
	}
	for _, s := range f.scram {
		all = append(all, s.String())
	}
	if f.nt != nil {
		all = append(all, ntString(*f.nt))
	}
	if f.secret != "" {
		all = append(all, secretString(f.secret))
	}
	return strings.Join(all, formSeparator)
}

// cost names the forms with their parameters. Two strings of the same cost serve
// the same, and took the same work.
func (f forms) cost() string {
	var all []string
	if f.password != nil {
		all = append(all, f.password.cost())
	}
	for _, s := range f.scram {
		all = append(all, s.cost())
	}
	if f.nt != nil {
		all = append(all, ntPrefix)
	}
	if f.secret != "" {
		all = append(all, secretPrefix)
	}
	return strings.Join(all, formSeparator)
}

// checker is the form by which a password is checked: the one made for it, or else
// a SCRAM key.
func (f forms) checker() (storedPassword, error) {
	switch {
	case f.password != nil:
		return f.password, nil
	case len(f.scram) > 0:
		return f.scram[0], nil
	}
	return nil, fmt.Errorf("%w: no form by which a password could be checked: set the password anew", ErrHash)
}

// scramKey returns the key for a hash function.
func (f forms) scramKey(hash string) (SCRAMKey, bool) {
	for _, s := range f.scram {
		if s.hash.Name == hash {
			return SCRAMKey(s.key), true
		}
	}
	return SCRAMKey{}, false
}

// serves tells whether the forms are enough for a mechanism.
func (f forms) serves(mechanism string) bool {
	switch mechanism {
	case "PLAIN", "LOGIN":
		return f.password != nil || len(f.scram) > 0
	case "CRAM-MD5", "DIGEST-MD5":
		return f.secret != ""
	case "NTLM":
		return f.nt != nil || f.secret != ""
	}
	hash, ok := strings.CutPrefix(mechanism, "SCRAM-")
	_, found := f.scramKey(hash)
	return ok && found
}

// make computes the forms of a prepared password by the Hasher's settings.
func (h *Hasher) make(password string) (forms, error) {
	var f forms
	var err error
	if f.password, err = h.newPassword(password); err != nil {
		return forms{}, err
	}
	for _, hash := range h.scramHashes() {
		s, err := newSCRAM(hash, password, h.iterations())
		if err != nil {
			return forms{}, err
		}
		f.scram = append(f.scram, s)
	}
	if h.NTHash {
		hash := ntlm.PasswordHash(password)
		f.nt = &hash
	}
	if h.Secret {
		f.secret = password
	}
	return f, nil
}

// modelForms are forms like those that make computes, of no password.
func (h *Hasher) modelForms() (f forms, err error) {
	if f.password, err = h.model(); err != nil {
		return forms{}, err
	}
	for _, hash := range h.scramHashes() {
		f.scram = append(f.scram, scramForm{hash, scram.Key{Salt: make([]byte, scramSaltLen), Iterations: h.iterations()}})
	}
	if h.NTHash {
		f.nt = new(ntlm.Hash)
	}
	if h.Secret {
		f.secret = "x"
	}
	return f, nil
}

// scramHashes are those of the setting, in an order that does not depend on it.
func (h *Hasher) scramHashes() []scram.Hash {
	if h.SCRAM == nil {
		return []scram.Hash{scram.SHA256()}
	}
	var found []scram.Hash
	for _, hash := range []scram.Hash{scram.SHA256(), scram.SHA1()} {
		if slices.Contains(h.SCRAM, hash.Name) {
			found = append(found, hash)
		}
	}
	return found
}

// checkForms says what is wrong with the settings of the further forms.
func (h *Hasher) checkForms() error {
	for _, name := range h.SCRAM {
		if _, ok := scram.Named(name); !ok {
			return fmt.Errorf("auth: Hasher.SCRAM names %q: give SHA-256 or SHA-1", name)
		}
	}
	if n := h.iterations(); n < scramLeast || n > scramMost {
		return fmt.Errorf("auth: Hasher.Iterations of %d is out of range: give %d to %d", n, scramLeast, scramMost)
	}
	return nil
}
