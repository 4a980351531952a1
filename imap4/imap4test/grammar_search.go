package imap4test

import "fmt"

// checkSearch: SEARCH and SORT (RFC 3501, 7.2.5; RFC 5256, 4; RFC 7162, 3.1.5).
func checkSearch(p *parser, _ *response) error {
	for p.more() {
		if p.nodes[0].kind == list {
			p.inside("MODSEQ", func(in *parser) {
				if in.atom("MODSEQ") != "MODSEQ" {
					in.fail("not MODSEQ")
				}
				in.number("mod-sequence", 1, max63)
			})
			break
		}
		p.number("message", 1, max32)
	}
	return nil
}

func checkSearchItem(p *parser) {
	switch name := p.atom("item"); name {
	case "MIN", "MAX":
		p.number(name, 1, max32)
	case "COUNT":
		p.number(name, 0, max32)
	case "MODSEQ":
		p.number(name, 1, max63)
	case "ALL":
		// SORT's is in the order of the sort, but a set all the same
		p.set(name)
	case "PARTIAL": // RFC 9394, 3.1
		p.inside(name, func(in *parser) {
			in.next("range")
			if in.more() && in.nodes[0].isNil() {
				in.next("NIL")
			} else {
				in.set("set")
			}
		})
	case "RELEVANCY": // RFC 6203, 4
		p.inside(name, func(in *parser) {
			for in.more() {
				in.number("score", 1, 100)
			}
		})
	case "ADDTO", "REMOVEFROM": // RFC 5267, 4.3.1
		p.inside(name, func(in *parser) {
			for in.more() {
				in.number("position", 0, max32)
				in.set("set")
			}
		})
	default:
		p.fail("an item %s", name)
	}
}

// checkThread: RFC 5256, 4.
func checkThread(p *parser, _ *response) error {
	nodes := p.nodes
	p.nodes = nil
	for i, n := range nodes {
		if n.kind != list || n.glued != (i > 0) {
			return fmt.Errorf("a thread that is not a list, or has a space before it")
		}
		if err := checkMembers(n.list, 0); err != nil {
			return err
		}
	}
	return nil
}

func checkMembers(nodes []node, depth int) error {
	if len(nodes) == 0 {
		return fmt.Errorf("an empty thread")
	}
	lists := 0
	for _, n := range nodes {
		if n.kind == list {
			if n.glued != (lists > 0) {
				return fmt.Errorf("a space before a further thread, or none before the first")
			}
			lists++
			if err := checkMembers(n.list, depth+1); err != nil {
				return err
			}
			continue
		}
		if lists > 0 {
			return fmt.Errorf("a message behind threads")
		}
		p := parser{nodes: []node{n}}
		p.number("message", 1, max32)
		if p.err != nil {
			return p.err
		}
	}
	if lists == 1 && len(nodes) > 1 {
		return fmt.Errorf("one thread where there must be two")
	}
	return nil
}
