package thread

import "slices"

// Refs makes threads of what refers to each other, whatever the subjects, and orders them by what arrived last in each
// (draft-ietf-morg-inthread-01, 4).
func Refs(messages []Message) *Forest {
	t := newTree(messages)
	t.placeDummies()
	t.sort()
	// The threads are placed by their latest message; what is below keeps its order.
	latest := make([]place, len(t.numbers))
	seen := make([]bool, len(t.numbers))
	tops := t.tops()
	for i := range messages {
		p := placeOf(messages[i].Arrival, int32(i))
		if top := tops[i]; !seen[top] || p.compare(latest[top]) > 0 {
			latest[top], seen[top] = p, true
		}
	}
	for node, p := range t.parents {
		if p == none {
			t.places[node] = latest[node]
		}
	}
	slices.SortStableFunc(t.order, func(a, b int32) int { return t.places[a].compare(t.places[b]) })
	return newForest(t.numbers, t.parents, t.order)
}

// tops returns the top of the tree that each node is in.
func (t *tree) tops() []int32 {
	tops := slices.Repeat([]int32{none}, len(t.parents))
	var path []int32
	for i := range tops {
		node := int32(i)
		for path = path[:0]; tops[node] == none && t.parents[node] != none; node = t.parents[node] {
			path = append(path, node)
		}
		top := tops[node]
		if top == none {
			top = node
			tops[node] = top
		}
		for _, below := range path {
			tops[below] = top
		}
	}
	return tops
}
