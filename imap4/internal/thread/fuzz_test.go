package thread

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

// scrambled makes messages of octets: who refers to whom, when, and about what.
func scrambled(b []byte) []Message {
	const names = "ABCDEFGHIJKLMNOP"
	var list []Message
	for len(b) >= 3 && len(list) < 40 {
		k := &summary.Keys{
			Sent: time.Unix(int64(b[0]>>4), 0), MessageID: names[b[0]&15:][:1], Subject: names[b[1]&3:][:1], Reply: b[1]&4 != 0,
		}
		n := min(int(b[1]>>5), len(b)-2)
		for _, c := range b[2 : 2+n] {
			k.References = append(k.References, names[c&15:][:1])
		}
		if b[1]&24 == 0 {
			k.MessageID = ""
		}
		list = append(list, Message{Number: uint32(len(list) + 1), Arrival: time.Unix(int64(b[2]), 0), Keys: k})
		b = b[2+n:]
	}
	return list
}

// plainLinks is step 1 of REFERENCES as it is written, with a walk upwards for each link.
func plainLinks(list []Message) []int32 {
	byID := map[string]int32{}
	parents := slices.Repeat([]int32{none}, len(list))
	for i := range list {
		if id := list[i].Keys.MessageID; id != "" {
			if _, ok := byID[id]; !ok {
				byID[id] = int32(i)
			}
		}
	}
	above := func(a, b int32) bool { // a is b, or above it
		for ; b != none; b = parents[b] {
			if a == b {
				return true
			}
		}
		return false
	}
	for i := range list {
		last := int32(none)
		for _, id := range list[i].Keys.References {
			node, ok := byID[id]
			if !ok {
				node = int32(len(parents))
				parents = append(parents, none)
				byID[id] = node
			}
			if last != none && parents[node] == none && !above(node, last) {
				parents[node] = last
			}
			last = node
		}
		parents[i] = none
		if last != none && !above(int32(i), last) {
			parents[i] = last
		}
	}
	return parents
}

// FuzzThread checks that
//   - the links of step 1 are those of a plain walk upwards,
//   - REFERENCES is what its description says, followed step by step,
//   - each algorithm's result is thread-data with each message once,
//   - what has a parent in step 1 that is a message keeps it in step 3.
func FuzzThread(f *testing.F) {
	f.Add([]byte("\x00\x28\x01\x11\x28\x02\x22\x28\x00"))
	f.Add([]byte("\x03\x48\x01\x02\x14\x68\x03\x02\x01\x00\x0c\x05\x01\x28\x03\xf2\x2f\x01"))
	f.Add([]byte("aaaabbbbccccddddeeeeffffgggghhhhiiiijjjj"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list := scrambled(b)
		l := link(list)
		require.Equal(t, plainLinks(list), append([]int32{}, l.parents...))
		require.Equal(t, plainReferences(list), written(References(list)))
		for _, algorithm := range []func([]Message) *Forest{References, Refs, OrderedSubject} {
			numbers := parsed(t, algorithm(list).AppendTo(nil))
			slices.Sort(numbers)
			require.Len(t, slices.Compact(numbers), len(list))
		}
		tree := newTree(list)
		for i, p := range l.parents[:len(list)] {
			if p != none && p < int32(len(list)) {
				require.Equal(t, p, tree.parents[i])
			}
		}
	})
}
