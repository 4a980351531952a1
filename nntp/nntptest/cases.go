package nntptest

import (
	"context"
	"slices"

	"github.com/wirepost/wirepost/internal/conform"
)

// A testCase is one requirement and the conversation that checks it.
type testCase struct {
	name, ref, requirement string
	run                    func(*session)
}

// bind makes the case one about a target.
func (c testCase) bind(t *Target) conform.Case {
	return conform.Case{
		Name: c.name, Ref: c.ref, Requirement: c.requirement,
		Run: func(ctx context.Context, r *conform.Run) {
			c.run(&session{Run: r, target: t, ctx: ctx})
		},
	}
}

// cases returns all cases: those that follow from the command table, and
// those that were written by hand.
func cases() []testCase {
	return slices.Concat(
		sessionCases(),
		tableCases(),
		syntaxCases(),
		capabilityCases(),
		groupCases(),
		articleCases(),
		overviewCases(),
		listCases(),
		newsCases(),
		postCases(),
		smugglingCases(),
		transitCases(),
		loginCases(),
		tlsCases(),
		compressCases(),
	)
}
