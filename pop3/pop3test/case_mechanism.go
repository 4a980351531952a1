package pop3test

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// proofs are the mechanisms by which a password is shown to be known without
// being sent.
var proofs = []struct{ name, ref string }{
	{"SCRAM-SHA-256", "RFC 7677, 4"},
	{"SCRAM-SHA-1", "RFC 5802, 5"},
	{"DIGEST-MD5", "RFC 2831, 2"},
	{"CRAM-MD5", "RFC 2195, 2"},
}

func mechanismCases() []testCase {
	list := []testCase{
		{
			"AUTH/alone", "RFC 5034, 4", "AUTH without a mechanism is refused, or lists those that CAPA offers, as servers did before CAPA",
			func(s *session) {
				s.anonymous()
				if r := s.do("AUTH"); r.ok() {
					names := s.body()
					if s.capabilities != nil && !slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(strings.Fields(s.capabilities["SASL"])))) {
						s.Failf("it lists %q, and CAPA %q", names, s.capabilities["SASL"])
					}
				}
				s.alive(pop3.Authorization, "AUTH without a mechanism")
			},
		},
		{
			"AUTH/empty initial response", "RFC 5034, 4", `"=" is an empty response, not the want of one: PLAIN refuses it and does not ask`,
			func(s *session) {
				s.authReady("PLAIN")
				s.refuse("AUTH PLAIN =")
				s.alive(pop3.Authorization, "an empty response")
			},
		},
		{
			"AUTH/empty line", "RFC 5034, 4", "an empty line is an empty response, which PLAIN refuses",
			func(s *session) {
				s.authReady("PLAIN")
				s.challenged("AUTH PLAIN")
				s.refuse("")
				s.alive(pop3.Authorization, "an empty response")
			},
		},
	}
	for _, p := range proofs {
		list = append(list, testCase{
			"AUTH/" + p.name, p.ref, "who knows the password gets in by " + p.name + ", and the server proves that it knows it too, where that is asked of it",
			func(s *session) {
				s.retry(func() reply {
					s.authReady(p.name)
					return s.prove(p.name, s.target.Password)
				})
				s.alive(pop3.Transaction, p.name)
			},
		}, testCase{
			"AUTH/" + p.name + " with a wrong password", p.ref, "who does not know the password is refused, as is an unknown name",
			func(s *session) {
				s.authReady(p.name)
				if r := s.prove(p.name, s.target.Password+"-wrong"); !r.refused() {
					s.Failf("answered by %v", r)
				}
				s.alive(pop3.Authorization, "a wrong password")
			},
		})
	}
	return list
}

// prove holds the exchange of a mechanism and returns its end.
func (s *session) prove(mechanism, password string) reply {
	cr := &auth.Credentials{Name: s.target.User, Password: password, Mechanisms: []string{mechanism}}
	client, err := cr.Client(&auth.Conn{Protocol: "pop3", ServerName: s.target.clientTLS().ServerName}, []string{mechanism})
	if err != nil {
		s.NotApplicable(err.Error())
	}
	_, initial, err := client.Start()
	if err != nil {
		s.NotApplicable(err.Error())
	}
	line := "AUTH " + mechanism
	if initial != nil {
		line += " " + base64.StdEncoding.EncodeToString(initial)
	}
	r := s.do(line)
	for r.status == "+" {
		challenge, err := base64.StdEncoding.DecodeString(r.text)
		if err != nil {
			s.Failf("a challenge that is not base64: %q", r.text)
		}
		response, err := client.Next(challenge)
		if err != nil {
			// As good as a server that says so: it does not know the password.
			return s.refuse("*")
		}
		r = s.do(base64.StdEncoding.EncodeToString(response))
	}
	if r.ok() {
		if err := auth.Proven(client); err != nil {
			s.Failf("%v", err)
		}
	}
	return r
}
