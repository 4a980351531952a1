package thread

// links is the state of step 1 of REFERENCES: the messages, and dummies for those that are only referred to, with the
// parent of each.
type links struct {
	byID     map[string]int32
	parents  []int32 // of nodes: first the messages, then the dummies
	children []int32 // how many each has
	ancestry ancestry
	messages int32
	most     int // nodes
}

// maxDummies is how many dummies there may be for each message, on average. Threads of mail that somebody has written need
// much fewer.
const maxDummies = 4

// link is step 1: it links messages by their references.
func link(messages []Message) *links {
	l := &links{
		byID: make(map[string]int32, len(messages)), messages: int32(len(messages)),
		most: (1+maxDummies)*len(messages) + 1000,
	}
	l.parents, l.children = make([]int32, 0, len(messages)), make([]int32, 0, len(messages))
	l.ancestry.grow(len(messages))
	for i := range messages {
		node := l.add()
		// Of messages with the same identifier the first one has it (step 1.A).
		if id := messages[i].Keys.MessageID; id != "" {
			if _, taken := l.byID[id]; !taken {
				l.byID[id] = node
			}
		}
	}
	for i := range messages {
		last := int32(none)
		for _, id := range messages[i].Keys.References {
			node := l.find(id)
			if node == none {
				continue
			}
			if last != none && l.parents[node] == none && !l.loops(last, node) { // step 1.A
				l.join(last, node)
			}
			last = node
		}
		l.setParent(int32(i), last) // step 1.B
	}
	return l
}

// add makes a node.
func (l *links) add() int32 {
	l.parents, l.children = append(l.parents, none), append(l.children, 0)
	l.ancestry.add()
	return int32(len(l.parents) - 1)
}

// find returns the node with an identifier, which may be a new dummy; none if there are too many.
func (l *links) find(id string) int32 {
	if node, ok := l.byID[id]; ok {
		return node
	}
	if len(l.parents) >= l.most {
		return none
	}
	node := l.add()
	l.byID[id] = node
	return node
}

// setParent gives a message the parent that its last reference says, or none.
func (l *links) setParent(node, parent int32) {
	if l.parents[node] == parent {
		return
	}
	if old := l.parents[node]; old != none {
		l.ancestry.cut(node)
		l.children[old]--
		l.parents[node] = none
	}
	if parent != none && !l.loops(parent, node) {
		l.join(parent, node)
	}
}

// loops reports whether node, which has no parent, is above parent or is it. It is so if it is the root of the tree.
func (l *links) loops(parent, node int32) bool {
	switch {
	case parent == node:
		return true
	case l.children[node] == 0 || l.parents[parent] == none:
		return false
	}
	return l.ancestry.root(parent) == node
}

// join links a node, which has no parent, to one.
func (l *links) join(parent, node int32) {
	l.parents[node] = parent
	l.children[parent]++
	l.ancestry.link(node, parent)
}
