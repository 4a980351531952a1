package thread

import (
	"cmp"
	"slices"
	"strings"
)

// OrderedSubject makes threads of the messages with the same base subject (RFC 5256, 3, ORDEREDSUBJECT). The first one by
// sent date is the parent of the others.
func OrderedSubject(messages []Message) *Forest {
	places := make([]place, len(messages))
	order := make([]int32, len(messages))
	numbers := make([]uint32, len(messages))
	for i := range messages {
		places[i] = placeOf(messages[i].sent(), int32(i))
		order[i], numbers[i] = int32(i), messages[i].Number
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(strings.Compare(messages[a].Keys.Subject, messages[b].Keys.Subject), places[a].compare(places[b]))
	})
	parents := make([]int32, len(messages))
	head := int32(none)
	for i, node := range order {
		if i == 0 || messages[node].Keys.Subject != messages[order[i-1]].Keys.Subject {
			head, parents[node] = node, none
			continue
		}
		parents[node] = head
	}
	slices.SortFunc(order, func(a, b int32) int { return places[a].compare(places[b]) })
	return newForest(numbers, parents, order)
}
