package auth

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"github.com/wirepost/wirepost/auth/internal/scram"
)

// nobody completes the key of an account that has none: the salt follows from
// the name, so that it is the same each time, and from SaltKey, so that nobody can
// tell it from a true one.
func (a *Authenticator) nobody(h scram.Hash, name string, account scramAccount) scramAccount {
	account.key.Iterations = cmp.Or(account.key.Iterations, scramLeast)
	if len(account.key.Salt) == 0 {
		mac := hmac.New(sha256.New, a.saltKey())
		mac.Write([]byte(h.Name + "\x00" + cmp.Or(account.user, name)))
		account.key.Salt = mac.Sum(nil)[:scramSaltLen]
	}
	account.key.StoredKey = make([]byte, h.Size)
	account.key.ServerKey = make([]byte, h.Size)
	return account
}

func (a *Authenticator) saltKey() []byte {
	if len(a.SaltKey) > 0 {
		return a.SaltKey
	}
	a.ownSalt.Do(func() {
		a.saltMade = make([]byte, sha256.Size)
		rand.Read(a.saltMade) // never fails
	})
	return a.saltMade
}

// newNonce returns 128 random bits or more as letters and digits, which every
// mechanism can carry.
func newNonce() string { return rand.Text() }
