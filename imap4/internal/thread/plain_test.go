package thread

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A plain is a node of REFERENCES as RFC 5256, 3 describes it: with lists of children that are moved about.
type plain struct {
	message  *Message // nil for a dummy
	index    int
	children []*plain
}

// plainReferences is REFERENCES step by step, whatever it costs.
func plainReferences(list []Message) string {
	parents := plainLinks(list)
	nodes := make([]*plain, len(parents))
	for i := range nodes {
		nodes[i] = &plain{index: i}
		if i < len(list) {
			nodes[i].message = &list[i]
		}
	}
	root := &plain{} // step 2
	for i, p := range parents {
		if p == none {
			root.children = append(root.children, nodes[i])
		} else {
			nodes[p].children = append(nodes[p].children, nodes[i])
		}
	}
	root.children = root.pruned(true) // step 3
	root.sortChildren(false)          // step 4
	root.merge()
	root.sortChildren(true) // step 6
	var b strings.Builder
	for i, thread := range root.children {
		if i == 0 {
			b.WriteByte(' ')
		}
		b.WriteString("(" + thread.String() + ")")
	}
	return b.String()
}

func (n *plain) pruned(top bool) (kept []*plain) {
	for _, c := range n.children {
		c.children = c.pruned(false)
		switch {
		case c.message != nil, top && len(c.children) > 1:
			kept = append(kept, c)
		default:
			kept = append(kept, c.children...)
		}
	}
	return kept
}

// first is the message that a node is sorted by.
func (n *plain) first() *plain {
	if n.message != nil {
		return n
	}
	return slices.MinFunc(n.children, comparePlain)
}

func comparePlain(a, b *plain) int {
	a, b = a.first(), b.first()
	return cmp.Or(a.message.sent().Compare(b.message.sent()), cmp.Compare(a.index, b.index))
}

func (n *plain) sortChildren(all bool) {
	for _, c := range n.children {
		if all || c.message == nil {
			c.sortChildren(all)
		}
	}
	slices.SortFunc(n.children, comparePlain)
}

func (n *plain) reply() bool { return n.message != nil && n.message.Keys.Reply }

// merge is step 5.
func (n *plain) merge() {
	subject := func(c *plain) string { return c.first().message.Keys.Subject }
	table := map[string]*plain{}
	for _, c := range n.children {
		s := subject(c)
		other := table[s]
		switch {
		case s == "":
		case other == nil, other.message != nil && (c.message == nil || other.reply() && !c.reply()):
			table[s] = c
		}
	}
	var kept []*plain
	for _, c := range n.children {
		s := subject(c)
		other := table[s]
		switch {
		case s == "" || other == c:
			kept = append(kept, c)
		case other.message == nil && c.message == nil:
			other.children = append(other.children, c.children...)
		case other.message == nil, c.reply() && !other.reply():
			other.children = append(other.children, c)
		default:
			dummy := &plain{children: []*plain{c, other}}
			if i := slices.Index(kept, other); i >= 0 {
				kept[i] = dummy
			} else { // it comes later, and is to be left out then
				kept = append(kept, dummy)
				n.children[slices.Index(n.children, other)] = dummy
			}
			table[s] = dummy
		}
	}
	slices.SortFunc(kept, func(a, b *plain) int { return comparePlain(a, b) })
	n.children = slices.Compact(kept)
}

func (n *plain) String() string {
	var b strings.Builder
	if n.message != nil {
		b.WriteString(strconv.Itoa(int(n.message.Number)))
	}
	if len(n.children) == 1 {
		return b.String() + " " + n.children[0].String()
	}
	for i, c := range n.children {
		if i == 0 && n.message != nil {
			b.WriteByte(' ')
		}
		b.WriteString("(" + c.String() + ")")
	}
	return b.String()
}
