package rvp

import "encoding/xml"

// A propFind is the body of a PROPFIND (rvp-exchange2000, 5.4): all properties,
// the names of all, or those that are named.
type propFind struct {
	All, Names bool
	Props      []xml.Name
}

// parsePropFind reads the body of a PROPFIND. One that asks for nothing, or is
// empty, is an error (RVP-066).
func parsePropFind(b []byte) (f propFind, err error) {
	root, err := parseRoot(b, maxNodes, "propfind")
	if err != nil {
		return f, err
	}
	for e := range root.children() {
		switch {
		case e.is("allprop"):
			return propFind{All: true}, nil
		case e.is("propname"):
			return propFind{Names: true}, nil
		case e.is("prop"):
			for p := range e.children() {
				f.Props = append(f.Props, p.name())
			}
		}
	}
	if len(f.Props) == 0 {
		return f, badXML("a propfind that asks for no property")
	}
	return f, nil
}

// append appends f as the body of a PROPFIND.
func (f propFind) append(dst []byte) []byte {
	dst = openRoot(dst, "d:propfind")
	switch {
	case f.All:
		dst = append(dst, "<d:allprop/>"...)
	case f.Names:
		dst = append(dst, "<d:propname/>"...)
	default:
		dst = append(dst, "<d:prop>"...)
		for _, name := range f.Props {
			dst, _, _ = appendTag(dst, name, "")
			dst = append(dst, "/>"...)
		}
		dst = append(dst, "</d:prop>"...)
	}
	return append(dst, "</d:propfind>"...)
}
