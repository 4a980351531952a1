package thread

import "slices"

// mergeSubjects is step 5 of REFERENCES: it puts threads with the same base subject together. The tree is sorted.
func (t *tree) mergeSubjects() {
	var roots []int32
	for _, node := range t.order {
		if t.parents[node] == none {
			roots = append(roots, node)
		}
	}
	table := t.subjects(roots)
	into := map[int32]int32{} // dummies whose children belong to another one
	for _, node := range roots {
		subject := t.subject(node)
		other, ok := table[subject]
		if !ok || other == node {
			continue
		}
		switch {
		case t.isDummy(node) && t.isDummy(other):
			into[node] = other
		case t.isDummy(other), t.isReply(node) && !t.isReply(other):
			t.parents[node] = other
		default:
			dummy := t.addDummy()
			t.parents[node], t.parents[other] = dummy, dummy
			table[subject] = dummy
		}
	}
	for node, p := range t.parents {
		if other, ok := into[p]; ok {
			t.parents[node] = other
		}
	}
	t.order = slices.DeleteFunc(t.order, func(node int32) bool {
		_, gone := into[node]
		return gone
	})
}

// subjects is step 5.B: for each subject, the thread that others with it are merged with.
func (t *tree) subjects(roots []int32) map[string]int32 {
	table := make(map[string]int32, len(roots))
	for _, node := range roots {
		subject := t.subject(node)
		if subject == "" {
			continue
		}
		other, ok := table[subject]
		if !ok || !t.isDummy(other) && (t.isDummy(node) || t.isReply(other) && !t.isReply(node)) {
			table[subject] = node
		}
	}
	return table
}

// subject is that of a thread: of its first message.
func (t *tree) subject(node int32) string {
	return t.messages[t.places[node].index].Keys.Subject
}

// isReply reports whether a node is a message whose subject is that of a reply or a forward.
func (t *tree) isReply(node int32) bool {
	return !t.isDummy(node) && t.messages[node].Keys.Reply
}
