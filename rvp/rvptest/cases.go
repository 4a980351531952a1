package rvptest

import "slices"

// A testCase is one requirement and the conversation that checks it.
type testCase struct {
	name string // topic/detail
	rule int    // the id of the requirement
	run  func(*session)
	slow bool // waits for the end of some time, and is run together with others
}

// cases returns all cases.
func cases() []testCase {
	return slices.Concat(
		transportCases(),
		nodeCases(),
		loginCases(),
		routerCases(),
		subscribeCases(),
		subscriptionsCases(),
		propfindCases(),
		proppatchCases(),
		viewCases(),
		notifyCases(),
		ackCases(),
		callBackCases(),
		foreignCases(),
		xmlCases(),
		aclCases(),
		rightCases(),
		clientCases(),
		hostileCases(),
		slowCases(),
	)
}

// tidy ends what cases have left behind.
var tidy = testCase{name: "tidy", rule: 54, run: func(s *session) {
	s.tidy(s.user())
	s.tidy(s.other())
}}
