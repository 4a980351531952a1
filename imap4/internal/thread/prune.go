package thread

// prune is steps 2 and 3 of REFERENCES: it returns the parents that messages have once dummies are gone. What is left of
// those are some at the top, with two children or more. Each message's parent is its closest ancestor that is a message, or
// else the dummy at the top of its tree.
func prune(l *links) []int32 {
	parents := l.parents
	const unknown = none - 1
	known := make([]int32, len(parents))
	for i := range known {
		known[i] = unknown
	}
	var path []int32
	for i := range known {
		node := int32(i)
		for path = path[:0]; known[node] == unknown; node = parents[node] {
			path = append(path, node)
			if p := parents[node]; p == none || p < l.messages {
				known[node] = p
				path = path[:len(path)-1]
				break
			}
		}
		for len(path) > 0 {
			node = path[len(path)-1]
			path = path[:len(path)-1]
			above := parents[node] // a dummy
			if known[node] = known[above]; known[node] == none {
				known[node] = above
			}
		}
	}
	children := make([]int32, len(parents))
	for _, p := range known[:l.messages] {
		if p != none {
			children[p]++
		}
	}
	for i, p := range known[:l.messages] {
		if p >= l.messages && children[p] == 1 { // an only child is promoted to the top
			known[i] = none
		}
	}
	return known
}
