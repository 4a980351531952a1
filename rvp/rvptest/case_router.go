package rvptest

import "strings"

func routerCases() []testCase {
	var list []testCase
	for _, method := range []string{"SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIPTIONS", "PROPFIND", "PROPPATCH", "NOTIFY", "ACL"} {
		list = append(list, testCase{name: "router/" + method, rule: 27, run: func(s *session) {
			if !s.home(s.user().name).redirected {
				s.NotApplicable("the server does not redirect")
			}
			p := s.Dial(s.ctx, dialTo(s.target.Addr))
			p.Send(s.dial("").request(method, "/instmsg/aliases/"+s.user().name, ""))
			a := readAnswer(s.Run, p, method)
			to := a.header.get("Location")
			path := "/instmsg/local/" + s.target.domain() + "/instmsg/aliases/" + s.user().name
			if a.status != 302 || !strings.HasPrefix(to, "http://") || !strings.HasSuffix(strings.ToLower(to), strings.ToLower(path)) {
				s.Failf("answered by %v with Location %q, want 302 and http://HOST%s", a, to, path)
			}
			if wrong := a.form(); wrong != "" {
				s.Failf("the answer %v: %s", a, wrong)
			}
		}})
	}
	return list
}
