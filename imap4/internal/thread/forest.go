package thread

import (
	"slices"
	"strconv"
)

// none is no node.
const none = -1

// A Forest is threads: trees of messages. At the top there may be nodes without a message, whose children belong together.
type Forest struct {
	numbers     []uint32 // of nodes; 0 for one without a message
	first, next []int32  // child and sibling of a node
	top         int32    // first of the threads
}

// newForest makes a forest of nodes with their parents, none for those at the top. siblings are the nodes that there are, in
// the order that siblings are to have.
func newForest(numbers []uint32, parents, siblings []int32) *Forest {
	f := &Forest{
		numbers: numbers, top: none,
		first: slices.Repeat([]int32{none}, len(numbers)), next: slices.Repeat([]int32{none}, len(numbers)),
	}
	for _, node := range slices.Backward(siblings) {
		head := &f.top
		if p := parents[node]; p != none {
			head = &f.first[p]
		}
		f.next[node], *head = *head, node
	}
	return f
}

// AppendTo appends the forest as the THREAD response has it, with a space before it if it is not empty (RFC 5256, 4).
func (f *Forest) AppendTo(b []byte) []byte {
	if f.top == none {
		return b
	}
	b = append(b, ' ')
	// A node is written with those that follow it: its only child, or its children, each in parentheses. The stack has
	// where to go on once a parenthesis is closed.
	var stack []int32
	for node := f.top; ; {
		b = append(b, '(')
		bare := f.numbers[node] == 0 // nothing is written before its children
		if !bare {
			b = strconv.AppendUint(b, uint64(f.numbers[node]), 10)
		}
		stack = append(stack, f.next[node])
		child := f.first[node]
		for child != none && f.next[child] == none && !bare {
			b = strconv.AppendUint(append(b, ' '), uint64(f.numbers[child]), 10)
			child = f.first[child]
		}
		if child != none {
			if !bare {
				b = append(b, ' ')
			}
			node = child
			continue
		}
		for node = none; node == none; {
			b = append(b, ')')
			node = stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if node == none && len(stack) == 0 {
				return b
			}
		}
	}
}
