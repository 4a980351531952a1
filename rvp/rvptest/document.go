package rvptest

import (
	"fmt"
	"strings"
)

const (
	xmlHead = `<?xml version="1.0"?>`
	xmlns   = ` xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/' xmlns:a='http://schemas.microsoft.com/rvp/acl/'>`
)

// update is the body of a PROPPATCH.
func update(props string) string {
	return xmlHead + "<d:propertyupdate" + xmlns + "<d:set><d:prop>" + props + "</d:prop></d:set></d:propertyupdate>"
}

// leased sets a state as clients of Exchange do.
func leased(state string, seconds int, view string) string {
	if view != "" {
		view = "<r:view-id>" + view + "</r:view-id>"
	}
	return update(fmt.Sprintf("<r:state><r:leased-value><r:value><r:%s/></r:value><r:default-value><r:offline/></r:default-value>"+
		"<d:timeout>%d</d:timeout></r:leased-value>%s</r:state>", state, seconds, view))
}

// find is the body of a PROPFIND.
func find(props ...string) string {
	return xmlHead + "<d:propfind" + xmlns + "<d:prop><" + strings.Join(props, "/><") + "/></d:prop></d:propfind>"
}

const allProperties = xmlHead + "<d:propfind" + xmlns + "<d:allprop/></d:propfind>"

// mime is a message of a client's.
func mime(text string) string {
	return "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n" +
		"Session-Id: {7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}\r\n\r\n" + text
}

func contact(href string) string {
	return "<r:contact><d:href>" + href + "</d:href><r:description>Somebody</r:description></r:contact>"
}

// message is the body of a NOTIFY that says something.
func message(from, to, text string) string { return carry(from, to, "<![CDATA["+mime(text)+"]]>") }

// carry is message with the text of mime-data as it stands.
func carry(from, to, data string) string {
	return xmlHead + "<r:notification" + xmlns + "<r:message><r:notification-from>" + contact(from) + "</r:notification-from>" +
		"<r:notification-to>" + contact(to) + "</r:notification-to><r:msgbody><r:mime-data>" + data +
		"</r:mime-data></r:msgbody></r:message></r:notification>"
}

// changed is the body of a NOTIFY of another server about a user of its own.
func changed(from, to, props string) string {
	return xmlHead + "<r:notification" + xmlns + "<r:propnotification><r:notification-from>" + contact(from) +
		"</r:notification-from><r:notification-to>" + contact(to) + "</r:notification-to><d:propertyupdate><d:set><d:prop>" +
		props + "</d:prop></d:set></d:propertyupdate></r:propnotification></r:notification>"
}

// acl is the body of an ACL. Entries are from entry.
func acl(entries ...string) string {
	return xmlHead + "<a:rvpacl" + xmlns + "<a:acl><a:inheritance>none</a:inheritance>" + strings.Join(entries, "") + "</a:acl></a:rvpacl>"
}

const (
	everybody      = "<a:allprincipals/>"
	anyCredentials = "<a:credentials><a:assertion/><a:digest/><a:ntlm/></a:credentials>"
)

func principal(p string) string { return "<a:rvp-principal>" + p + "</a:rvp-principal>" }

// entry is an ACE that grants and denies rights, which are separated by spaces.
func entry(who, grant, deny string) string { return entryBy(who, anyCredentials, grant, deny) }

func entryBy(who, credentials, grant, deny string) string {
	list := func(rights string) (s string) {
		for right := range strings.FieldsSeq(rights) {
			s += "<a:" + right + "/>"
		}
		return s
	}
	return "<a:ace><a:principal>" + who + credentials + "</a:principal><a:grant>" + list(grant) + "</a:grant><a:deny>" + list(deny) + "</a:deny></a:ace>"
}
