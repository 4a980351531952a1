package httpauth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// nonces makes nonces that need not be remembered, because they say when they
// were made and nobody else can make one (RFC 7616, 3.3). What has to be
// remembered is which counts of a nonce were used, and that only of nonces
// with which somebody has logged in: see windows.
type nonces struct {
	key  [32]byte
	used windows
}

func (n *nonces) init() { rand.Read(n.key[:]) }

// A nonce is the time in milliseconds, random octets, and the HMAC of both.
const (
	nonceTime   = 8
	nonceRandom = 8
	nonceMAC    = 16
	nonceLength = nonceTime + nonceRandom + nonceMAC
)

func (n *nonces) make(now time.Time) string {
	var b [nonceLength]byte
	binary.BigEndian.PutUint64(b[:], uint64(now.UnixMilli()))
	rand.Read(b[nonceTime : nonceTime+nonceRandom])
	copy(b[nonceTime+nonceRandom:], n.mac(b[:nonceTime+nonceRandom]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (n *nonces) mac(b []byte) []byte {
	h := hmac.New(sha256.New, n.key[:])
	h.Write(b)
	return h.Sum(nil)[:nonceMAC]
}

// made returns when a nonce was made; false if it was not made here.
func (n *nonces) made(nonce string) (time.Time, bool) {
	var b [nonceLength]byte
	if len(nonce) != base64.RawURLEncoding.EncodedLen(nonceLength) {
		return time.Time{}, false
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(nonce)); err != nil {
		return time.Time{}, false
	}
	if !hmac.Equal(n.mac(b[:nonceTime+nonceRandom]), b[nonceTime+nonceRandom:]) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[:]))), true
}
