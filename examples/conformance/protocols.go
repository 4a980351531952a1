package main

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/imap4/imap4test"
	"github.com/wirepost/wirepost/nntp/nntptest"
	"github.com/wirepost/wirepost/pop3/pop3test"
	"github.com/wirepost/wirepost/rvp/rvptest"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A result is how one case ended, whatever the protocol.
type result struct {
	Name        string        `json:"name"`
	Ref         string        `json:"ref"`
	Requirement string        `json:"requirement"`
	Verdict     string        `json:"verdict"`
	Detail      string        `json:"detail,omitempty"`
	Transcript  []string      `json:"transcript,omitempty"`
	Duration    time.Duration `json:"duration_ns"`
}

const (
	verdictPass = "pass"
	verdictFail = "fail"
)

// A protocol is one that servers can be checked for.
type protocol struct {
	name  string
	check func(ctx context.Context, o *options, report func(result))
}

var protocols = []protocol{
	{"smtp", checkSMTP},
	{"pop3", checkPOP3},
	{"imap4", checkIMAP4},
	{"nntp", checkNNTP},
	{"nntps", checkNNTPS},
	{"rvp", checkRVP},
}

func findProtocol(name string) *protocol {
	for i := range protocols {
		if protocols[i].name == name {
			return &protocols[i]
		}
	}
	return nil
}

func checkSMTP(ctx context.Context, o *options, report func(result)) {
	smtptest.Check(ctx, smtptest.Target{
		Addr:        o.addr,
		ImplicitTLS: o.tls,
		From:        o.from,
		To:          o.to,
		Relay:       o.relay,
		User:        o.user,
		Password:    o.password,
		Timeout:     o.timeout,
		Only:        o.only,
	}, func(r smtptest.Result) { report(result(r)) })
}

func checkPOP3(ctx context.Context, o *options, report func(result)) {
	pop3test.Check(ctx, pop3test.Target{
		Addr:        o.addr,
		ImplicitTLS: o.tls,
		User:        o.user,
		Password:    o.password,
		MayDelete:   o.delete,
		Timeout:     o.timeout,
		Only:        o.only,
	}, func(r pop3test.Result) { report(result(r)) })
}

func checkIMAP4(ctx context.Context, o *options, report func(result)) {
	imap4test.Check(ctx, imap4test.Target{
		Addr:          o.addr,
		ImplicitTLS:   o.tls,
		User:          o.user,
		Password:      o.password,
		Other:         o.other,
		OtherPassword: o.otherPassword,
		Scratch:       o.scratch,
		Timeout:       o.timeout,
		Only:          o.only,
	}, func(r imap4test.Result) { report(result(r)) })
}

func checkNNTP(ctx context.Context, o *options, report func(result)) {
	nntptest.Check(ctx, nntptest.Target{
		Addr:        o.addr,
		ImplicitTLS: o.tls,
		User:        o.user,
		Password:    o.password,
		Group:       o.group,
		MayPost:     o.post,
		MayFeed:     o.feed,
		Timeout:     o.timeout,
		Only:        o.only,
	}, func(r nntptest.Result) { report(result(r)) })
}

// checkNNTPS is checkNNTP for servers that begin with TLS.
func checkNNTPS(ctx context.Context, o *options, report func(result)) {
	secure := *o
	secure.tls = true
	checkNNTP(ctx, &secure, report)
}

func checkRVP(ctx context.Context, o *options, report func(result)) {
	rvptest.Check(ctx, rvptest.Target{
		Addr:          o.addr,
		Domain:        o.domain,
		User:          o.user,
		Password:      o.password,
		Other:         o.other,
		OtherPassword: o.otherPassword,
		Foreign:       o.foreign,
		Timeout:       o.timeout,
		Only:          o.only,
	}, func(r rvptest.Result) { report(result(r)) })
}
