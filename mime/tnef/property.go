package tnef

import (
	"slices"
	"time"
)

// A Property is one value of a message, a recipient or an attachment.
type Property struct {
	Tag   Tag
	Name  *Name // what it is, if Tag.ID() is 0x8000 or more; else nil
	Value any   // of the Go type that Type lists
}

// A Name is what a property with an id from 0x8000 up is: a number or, if it is not empty, a text within a set.
type Name struct {
	Set  GUID
	ID   uint32
	Text string
}

// An Object is the value of a PtypObject: something OLE, of the interface IID.
type Object struct {
	IID  GUID
	Data []byte
}

// Properties are a set of them, in the order of the stream.
type Properties []Property

// Find returns the first property with a tag's id. The type may be another one: text comes in two, and senders err.
func (p Properties) Find(tag Tag) (Property, bool) {
	if i := p.index(tag); i >= 0 {
		return p[i], true
	}
	return Property{}, false
}

func (p Properties) index(tag Tag) int {
	return slices.IndexFunc(p, func(q Property) bool { return q.Tag.ID() == tag.ID() && q.Name == nil })
}

// FindNamed returns the first property with a name.
func (p Properties) FindNamed(name Name) (Property, bool) {
	i := slices.IndexFunc(p, func(q Property) bool { return q.Name != nil && *q.Name == name })
	if i < 0 {
		return Property{}, false
	}
	return p[i], true
}

// get returns the value of a property if it is a T.
func get[T any](p Properties, tag Tag) (T, bool) {
	q, _ := p.Find(tag)
	v, ok := q.Value.(T)
	return v, ok
}

// Text returns the text of a property, the empty string if there is none. It holds no NUL, but may hold CR and LF.
func (p Properties) Text(tag Tag) string {
	s, _ := get[string](p, tag)
	return s
}

// Int returns the number or boolean of a property.
func (p Properties) Int(tag Tag) (int64, bool) {
	q, _ := p.Find(tag)
	switch v := q.Value.(type) {
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Time returns the time of a property, the zero time if there is none.
func (p Properties) Time(tag Tag) time.Time {
	t, _ := get[time.Time](p, tag)
	return t
}

// Bytes returns the octets of a property, nil if there are none.
func (p Properties) Bytes(tag Tag) []byte {
	b, _ := get[[]byte](p, tag)
	return b
}

// Set gives a property its value, in the place of one with the same id. The value must be of the Go type that the
// tag's type wants; Message.WriteTo refuses any other.
func (p *Properties) Set(tag Tag, value any) {
	if i := p.index(tag); i >= 0 {
		(*p)[i] = Property{Tag: tag, Value: value}
		return
	}
	*p = append(*p, Property{Tag: tag, Value: value})
}
