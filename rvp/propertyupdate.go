package rvp

// parsePropertyUpdate reads the body of a PROPPATCH, in the order of what it sets and
// removes.
func parsePropertyUpdate(b []byte) ([]PropertyChange, error) {
	root, err := parseRoot(b, maxNodes, "propertyupdate", "propupdate") // the latter by a misprint (facts, 10)
	if err != nil {
		return nil, err
	}
	var changes []PropertyChange
	for action := range root.children() {
		remove := action.is("remove")
		if !remove && !action.is("set") {
			continue
		}
		for prop := range action.all("prop") {
			for p := range prop.children() {
				c := PropertyChange{Name: p.name(), Remove: true}
				if !remove {
					if c, err = p.change(); err != nil {
						return nil, err
					}
				}
				changes = append(changes, c)
			}
		}
	}
	if len(changes) == 0 {
		return nil, badXML("a propertyupdate that changes nothing")
	}
	return changes, nil
}

// appendPropertyUpdate appends the body of a PROPPATCH.
func appendPropertyUpdate(dst []byte, changes []PropertyChange) []byte {
	dst = openRoot(dst, "d:propertyupdate")
	for i, c := range changes {
		if i == 0 || c.Remove != changes[i-1].Remove {
			dst = append(append(append(dst, "<d:"...), c.action()...), "><d:prop>"...)
		}
		if c.Remove {
			dst = appendProperty(dst, c.Name, "")
		} else {
			dst = appendProperty(dst, c.Name, c.inner())
		}
		if i == len(changes)-1 || c.Remove != changes[i+1].Remove {
			dst = append(append(append(dst, "</d:prop></d:"...), c.action()...), '>')
		}
	}
	return append(dst, "</d:propertyupdate>"...)
}

func (p PropertyChange) action() string {
	if p.Remove {
		return "remove"
	}
	return "set"
}
