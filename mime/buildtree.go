package mime

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/flowed"
	"github.com/wirepost/wirepost/mime/header"
)

// tree makes the parts of a message: mixed of alternatives, of which HTML is related to what it shows (RFC 2046, 5.1.3 and
// 5.1.4; RFC 2387).
func (b Builder) tree(d *Draft) (*Entity, error) {
	e, err := b.message(d)
	if err != nil || len(d.Attachments) == 0 {
		return e, err
	}
	mixed := &Entity{Type: "multipart/mixed"}
	if d.Body != nil || d.Text != "" || d.HTML != "" {
		mixed.Children = append(mixed.Children, *e)
	}
	for _, a := range d.Attachments {
		mixed.Children = append(mixed.Children, asFile(a, "attachment"))
	}
	return mixed, nil
}

// asFile is a part as what no one knows and with a disposition, where it does not say better.
func asFile(e Entity, disposition string) Entity {
	if e.Raw != nil {
		return e
	}
	if e.Type == "" && len(e.Children) == 0 {
		e.Type = "application/octet-stream"
	}
	e.Disposition = cmp.Or(e.Disposition, disposition)
	return e
}

// message is the tree without attachments.
func (b Builder) message(d *Draft) (*Entity, error) {
	if d.Body != nil {
		if d.Text != "" || d.HTML != "" || len(d.Inline) > 0 {
			return nil, errors.New("a Draft has a Body, or Text, HTML and Inline: not both")
		}
		for f := range d.Body.Header.All() {
			if len(f.Name) <= len(contentPrefix) || !equalFold(f.Name[:len(contentPrefix)], contentPrefix) {
				return nil, fmt.Errorf("the field %s is one of the message: put it in Draft.Header", f.Name)
			}
		}
		return d.Body, nil
	}
	if d.HTML == "" && len(d.Inline) > 0 {
		return nil, errors.New("parts that are Inline need HTML that shows them: use Attachments")
	}
	text := &Entity{Type: plainText}
	if d.Text != "" {
		if err := b.setText(text, d.Text, d.Flowed); err != nil {
			return nil, fmt.Errorf("Text: %w", err)
		}
	}
	if d.HTML == "" {
		return text, nil
	}
	html, err := b.html(d)
	if err != nil || d.Text == "" {
		return html, err
	}
	return &Entity{Type: "multipart/alternative", Children: []Entity{*text, *html}}, nil
}

// html is the HTML with what it shows.
func (b Builder) html(d *Draft) (*Entity, error) {
	html := &Entity{Type: "text/html"}
	if err := b.setText(html, d.HTML, false); err != nil {
		return nil, fmt.Errorf("HTML: %w", err)
	}
	if len(d.Inline) == 0 {
		return html, nil
	}
	id, err := header.NewMessageID(b.random(), b.Domain)
	if err != nil {
		return nil, err
	}
	html.ID = strings.Trim(id, "<>")
	related := &Entity{
		Type:     "multipart/related",
		Params:   header.Params{{Name: "type", Value: "text/html"}, {Name: "start", Value: id}},
		Children: []Entity{*html},
	}
	seen := map[string]bool{}
	for _, e := range d.Inline {
		if e.ID == "" || seen[e.ID] {
			return nil, fmt.Errorf("each part that is Inline needs an ID of its own, not %q", e.ID)
		}
		seen[e.ID] = true
		related.Children = append(related.Children, asFile(e, "inline"))
	}
	return related, nil
}

// setText puts a text into an entity, in the first charset that has it all.
func (b Builder) setText(e *Entity, s string, flow bool) error {
	if strings.ToValidUTF8(s, "") != s {
		return header.ErrUTF8
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	if flow {
		s = flowed.Encode(s, false)
	} else {
		s = strings.ReplaceAll(s, "\n", "\r\n")
	}
	charsets := b.Charsets
	if len(charsets) == 0 {
		charsets = []string{"us-ascii"}
	}
	label := "utf-8"
	if first := charset.Choose(s, charsets...); first != "" {
		label = lower(charset.Canonical(first))
	}
	octets, _ := charset.Encode(label, s)
	e.Content = ContentFromBytes(octets)
	e.Params = header.Params{{Name: "charset", Value: label}}
	if flow {
		e.Params = append(e.Params, header.Param{Name: "format", Value: "flowed"})
	}
	return nil
}
