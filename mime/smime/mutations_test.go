//go:build !race

package smime_test

// mutations is how many changes of one octet each kind of message gets.
const mutations = 10_000
