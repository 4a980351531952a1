//go:build race

package smime_test

// mutations are fewer under the race detector: it makes each take ten times as long, and they share nothing.
const mutations = 1_000
