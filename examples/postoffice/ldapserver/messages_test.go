package ldapserver

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// makeMessage makes a message by hand.
func makeMessage(id int, tag asn1.Tag, fill func(*cryptobyte.Builder)) []byte {
	return appendMessage(nil, id, tag, nil, fill)
}

// searchMessage asks for everybody by uid.
func searchMessage(id int) []byte {
	return makeMessage(id, 0x63, func(b *cryptobyte.Builder) {
		addText(b, tagOctets, base)
		b.AddASN1Enum(wholeSubtree)
		b.AddASN1Enum(0)
		b.AddASN1Int64(0)
		b.AddASN1Int64(0)
		b.AddASN1Boolean(false)
		addText(b, filterPresent, "uid")
		b.AddASN1(tagSequence, func(*cryptobyte.Builder) {})
	})
}

func abandonMessage(id, which int) []byte {
	return makeMessage(id, tagAbandon, func(b *cryptobyte.Builder) { b.AddBytes([]byte{byte(which)}) })
}

func bindMessage(id int, name, password string) []byte {
	return makeMessage(id, 0x60, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		addText(b, tagOctets, name)
		addText(b, simpleLogin, password)
	})
}

func extendedMessage(id int, name string) []byte {
	return makeMessage(id, 0x77, func(b *cryptobyte.Builder) { addText(b, 0x80, name) })
}

// crowd is many people, with what people have.
func crowd(n int) list {
	var l list
	for i := range n {
		name := fmt.Sprintf("user%05d", i)
		l = append(l, Entry{
			Name: name, Addresses: []string{name + "@example.org", "alias." + name + "@example.org"},
			Given: fmt.Sprintf("Given%d", i%100), Surname: fmt.Sprintf("Surname%d", i), Phone: "+49 30 12345", Department: "Sales",
		})
	}
	return l
}
