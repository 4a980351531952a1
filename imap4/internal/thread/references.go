package thread

import "slices"

// References makes threads of what refers to each other, and of what has the same base subject if it may be a reply (RFC
// 5256, 3, REFERENCES).
func References(messages []Message) *Forest {
	t := newTree(messages)
	t.placeDummies()
	t.sort() // step 4
	t.mergeSubjects()
	t.placeDummies()
	t.sort() // step 6
	return newForest(t.numbers, t.parents, t.order)
}

// A tree is a forest in the making: nodes with their parents.
type tree struct {
	messages []Message
	numbers  []uint32 // 0 for dummies, which are at the top
	parents  []int32  // none for those at the top
	places   []place
	order    []int32 // the nodes that there are, as siblings are ordered
}

// newTree is steps 1 to 3. Dummies have no place yet.
func newTree(messages []Message) *tree {
	l := link(messages)
	known := prune(l)
	t := &tree{
		messages: messages, parents: known[:len(messages):len(messages)], numbers: make([]uint32, len(messages)),
		places: make([]place, len(messages)), order: make([]int32, len(messages)),
	}
	dummies := map[int32]int32{}
	for i := range messages {
		t.numbers[i] = messages[i].Number
		t.places[i] = placeOf(messages[i].sent(), int32(i))
		t.order[i] = int32(i)
	}
	for i, p := range t.parents {
		if p < l.messages {
			continue
		}
		dummy, ok := dummies[p]
		if !ok {
			dummy = t.addDummy()
			dummies[p] = dummy
		}
		t.parents[i] = dummy
	}
	return t
}

// addDummy makes a dummy at the top.
func (t *tree) addDummy() int32 {
	node := int32(len(t.numbers))
	t.numbers, t.parents, t.places = append(t.numbers, 0), append(t.parents, none), append(t.places, place{})
	t.order = append(t.order, node)
	return node
}

func (t *tree) isDummy(node int32) bool { return t.numbers[node] == 0 }

// placeDummies gives each dummy the place of its first child.
func (t *tree) placeDummies() {
	seen := make([]bool, len(t.numbers))
	for node, p := range t.parents {
		if p == none || !t.isDummy(p) {
			continue
		}
		if !seen[p] || t.places[node].compare(t.places[p]) < 0 {
			t.places[p], seen[p] = t.places[node], true
		}
	}
}

// sort puts all nodes in order, and so those of each set of siblings.
func (t *tree) sort() {
	slices.SortFunc(t.order, func(a, b int32) int { return t.places[a].compare(t.places[b]) })
}
