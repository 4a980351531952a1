package smtptest

import "strings"

// parameterCases try parameters of MAIL and RCPT, good and bad ones.
func parameterCases() []testCase {
	long := strings.Repeat("x", 100)
	var list []testCase
	for _, p := range []struct {
		extension, ref, verb string
		good, bad            []string
	}{
		{
			"DSN", "RFC 3461, 4.3", "MAIL",
			[]string{"RET=FULL", "RET=HDRS", "ret=full"},
			[]string{"RET", "RET=", "RET=BODY", "RET=FULL RET=HDRS", "NOTIFY=NEVER", "ORCPT=rfc822;a@b.example"},
		},
		{
			"DSN", "RFC 3461, 4.4", "MAIL",
			[]string{"ENVID=QQ314159", "ENVID=a+2Bb+3Dc", "ENVID=" + long, "RET=HDRS ENVID=x"},
			[]string{"ENVID", "ENVID=", "ENVID=a=b", "ENVID=+G1", "ENVID=a+4", "ENVID=x ENVID=y"},
		},
		{
			"DSN", "RFC 3461, 4.1", "RCPT",
			[]string{"NOTIFY=NEVER", "NOTIFY=SUCCESS", "NOTIFY=FAILURE,DELAY", "NOTIFY=SUCCESS,FAILURE,DELAY", "notify=never"},
			[]string{
				"NOTIFY", "NOTIFY=", "NOTIFY=ALWAYS", "NOTIFY=NEVER,SUCCESS", "NOTIFY=FAILURE,NEVER", "NOTIFY=SUCCESS,",
				"NOTIFY=SUCCESS NOTIFY=NEVER", "RET=FULL", "ENVID=x",
			},
		},
		{
			"DSN", "RFC 3461, 4.2", "RCPT",
			[]string{"ORCPT=rfc822;a@b.example", "ORCPT=rfc822;a+2Bb@c.example", "ORCPT=x400;/C+3Dde/", "ORCPT=RFC822;a@b.example NOTIFY=DELAY"},
			[]string{"ORCPT", "ORCPT=", "ORCPT=rfc822", "ORCPT=rfc822;", "ORCPT=;a@b.example", "ORCPT=rfc822;a+G1@b.example"},
		},
		{
			"DELIVERBY", "RFC 2852, 4", "MAIL",
			[]string{"BY=999999;R", "BY=+999999;R", "BY=999999;RT", "BY=-1;N", "BY=0;NT", "by=999999;n"},
			[]string{"BY", "BY=", "BY=9", "BY=9;", "BY=;R", "BY=9;X", "BY=9;RX", "BY=0;R", "BY=+0;R", "BY=-9;R", "BY=+-9;N", "BY=1234567890;N", "BY=x;N"},
		},
		{"DELIVERBY", "RFC 2852, 4", "RCPT", nil, []string{"BY=999999;N"}},
		{
			"MT-PRIORITY", "RFC 6710, 4.1", "MAIL",
			[]string{"MT-PRIORITY=-9", "MT-PRIORITY=0", "MT-PRIORITY=9", "mt-priority=3"},
			[]string{"MT-PRIORITY", "MT-PRIORITY=", "MT-PRIORITY=10", "MT-PRIORITY=-10", "MT-PRIORITY=x", "MT-PRIORITY=1.5", "MT-PRIORITY=--1"},
		},
		{"MT-PRIORITY", "RFC 6710, 4.1", "RCPT", nil, []string{"MT-PRIORITY=3"}},
		{
			"FUTURERELEASE", "RFC 4865, 5", "MAIL",
			[]string{"HOLDFOR=1", "holdfor=10"},
			[]string{
				"HOLDFOR", "HOLDFOR=", "HOLDFOR=-1", "HOLDFOR=x", "HOLDFOR=9999999999", "HOLDFOR=999999999", "HOLDUNTIL=", "HOLDUNTIL=tomorrow",
				"HOLDUNTIL=9999-12-31T23:59:59Z", "HOLDFOR=1 HOLDFOR=2", "HOLDFOR=1 HOLDUNTIL=2000-01-01T00:00:00Z",
			},
		},
		{"REQUIRETLS", "RFC 8689, 2", "MAIL", []string{"REQUIRETLS", "requiretls"}, []string{"REQUIRETLS=1", "REQUIRETLS="}},
		{"PRDR", "draft-hall-prdr", "MAIL", []string{"PRDR", "prdr"}, []string{"PRDR=1", "PRDR="}},
		{"BINARYMIME", "RFC 3030, 3", "MAIL", []string{"BODY=BINARYMIME", "body=binarymime"}, []string{"BODY=BINARY", "BODY=BINARYMIME,7BIT"}},
		{"SIZE", "RFC 1870, 6.1", "RCPT", nil, []string{"SIZE=1"}},
	} {
		for _, value := range p.good {
			list = append(list, parameter(p.extension, p.ref, p.verb, value, 2))
		}
		for _, value := range p.bad {
			list = append(list, parameter(p.extension, p.ref, p.verb, value, 5))
		}
	}
	return list
}

// parameter is a case of a command with a parameter, whose reply must be of a
// class: 2 or 5.
func parameter(extension, ref, verb, value string, class int) testCase {
	requirement := verb + " with " + value + " is good syntax"
	if class == 5 {
		requirement = verb + " with " + value + " is refused by 501 (or another 5xx), and the conversation goes on"
	}
	return testCase{
		extension + "/" + verb + " " + value, ref, requirement,
		func(s *session) {
			s.toWith(extension, stateFor(verb))
			r := s.want(class, verb+s.arguments(verb)+" "+value)
			if r.code == 503 {
				s.Failf("answered by %v, which is about order", r)
			}
			s.alive(verb)
		},
	}
}
