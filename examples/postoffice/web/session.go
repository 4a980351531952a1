package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// maxSessions bounds memory. Nobody needs so many; the one not seen for longest makes room.
const maxSessions = 1000

// A sessionKey is the hash of a cookie's value, so that looking for it tells nothing by its time.
type sessionKey [sha256.Size]byte

// A session is somebody who has logged in.
type session struct {
	user        string
	begun, seen time.Time
	notice      string // to be shown on the next page
}

// sessions are those who have logged in.
type sessions struct {
	idle, whole time.Duration

	mu   sync.Mutex // guards what follows
	list map[sessionKey]*session
}

func keyOf(token string) sessionKey { return sha256.Sum256([]byte(token)) }

// begin makes a session and returns the value of its cookie.
func (s *sessions) begin(user string) string {
	var random [32]byte
	rand.Read(random[:]) // never fails
	token := base64.RawURLEncoding.EncodeToString(random[:])
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(now)
	s.list[keyOf(token)] = &session{user: user, begun: now, seen: now}
	return token
}

// makeRoom forgets what is over, and one more if there is no room. The caller has the lock.
func (s *sessions) makeRoom(now time.Time) {
	var longest sessionKey
	oldest := now
	for key, one := range s.list {
		if s.over(one, now) {
			delete(s.list, key)
		} else if !one.seen.After(oldest) {
			longest, oldest = key, one.seen
		}
	}
	if len(s.list) >= maxSessions {
		delete(s.list, longest)
	}
}

func (s *sessions) over(one *session, now time.Time) bool {
	return now.Sub(one.seen) >= s.idle || now.Sub(one.begun) >= s.whole
}

// find returns a copy of the session of a token. With touch it goes on to live.
func (s *sessions) find(token string, touch bool) (session, bool) {
	key, now := keyOf(token), time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.list[key]
	if !ok {
		return session{}, false
	}
	if s.over(one, now) {
		delete(s.list, key)
		return session{}, false
	}
	if touch {
		one.seen = now
	}
	return *one, true
}

// end ends the session of a token.
func (s *sessions) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.list, keyOf(token))
}

// endUser ends all sessions of a user but that of a token.
func (s *sessions) endUser(user, token string) {
	key := keyOf(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, one := range s.list {
		if one.user == user && k != key {
			delete(s.list, k)
		}
	}
}

// swapNotice sets what the next page is to say, and returns what this one is.
func (s *sessions) swapNotice(token, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.list[keyOf(token)]
	if !ok {
		return ""
	}
	old := one.notice
	one.notice = text
	return old
}

// cookieName is one that, under TLS, browsers take from this very host only: that is what its prefix says.
func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-postoffice"
	}
	return "postoffice"
}

func setCookie(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{Name: cookieName(r), Value: token, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func tokenOf(r *http.Request) string {
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return ""
	}
	return c.Value
}
