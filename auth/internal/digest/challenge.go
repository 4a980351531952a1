package digest

import (
	"slices"
	"strings"
)

// Challenge is the server's message.
type Challenge struct {
	Realms []string
	Nonce  string
	Auth   bool // qop "auth" is possible
	UTF8   bool // the server understands UTF-8
	Stale  bool
}

// String is the message. Auth is taken for granted.
func (c Challenge) String() string {
	var b strings.Builder
	for _, realm := range c.Realms {
		b.WriteString("realm=" + quote(realm) + ",")
	}
	b.WriteString("nonce=" + quote(c.Nonce) + `,qop="auth",algorithm=md5-sess`)
	if c.UTF8 {
		b.WriteString(",charset=utf-8")
	}
	if c.Stale {
		b.WriteString(",stale=true")
	}
	return b.String()
}

// ParseChallenge reads a challenge.
func ParseChallenge(b []byte) (Challenge, error) {
	found, err := parse(b, MaxChallenge)
	if err != nil {
		return Challenge{}, err
	}
	values, err := once(found, "nonce", "qop", "algorithm", "charset", "stale", "maxbuf")
	if err != nil {
		return Challenge{}, err
	}
	c := Challenge{Nonce: values["nonce"], Stale: values["stale"] == "true"}
	for _, d := range found {
		if d.name == "realm" {
			c.Realms = append(c.Realms, d.value)
		}
	}
	qop, given := values["qop"]
	c.Auth = !given || slices.ContainsFunc(strings.Split(qop, ","), func(s string) bool { return strings.Trim(s, " \t") == "auth" })
	charset, given := values["charset"]
	c.UTF8 = given
	switch {
	case c.Nonce == "":
		return Challenge{}, syntax("DIGEST-MD5 challenge without a nonce")
	case values["algorithm"] != "md5-sess":
		return Challenge{}, syntax("DIGEST-MD5 challenge whose algorithm is not md5-sess")
	case given && strings.ToLower(charset) != "utf-8":
		return Challenge{}, syntax("DIGEST-MD5 challenge whose charset is not utf-8")
	}
	return c, nil
}
