package ldapserver

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
)

func TestAccess(t *testing.T) {
	i := start(t, nil)
	c := i.dial()
	for _, dn := range []string{base, "", timDN, "dc=elsewhere"} {
		_, err := c.Search(query(dn, ldap.ScopeWholeSubtree, "(uid=tim)"))
		requireCode(t, ldap.LDAPResultInsufficientAccessRights, err)
	}
	_, err := c.Compare(timDN, "uid", "tim")
	requireCode(t, ldap.LDAPResultInsufficientAccessRights, err)
	require.Len(t, names(t, i.login(), sub("(uid=tim)")), 1)
	require.Len(t, names(t, start(t, open).dial(), sub("(uid=tim)")), 1)
}

func TestScopes(t *testing.T) {
	c := start(t, nil).login()
	people, groups := "ou=people,"+base, "ou=groups,"+base
	persons := []string{annDN, oddDN, timDN}
	everything := append([]string{base, people, groups, staff}, persons...)
	for _, x := range []struct {
		dn    string
		scope int
		want  []string
	}{
		{base, ldap.ScopeBaseObject, []string{base}},
		{base, ldap.ScopeSingleLevel, []string{people, groups}},
		{base, ldap.ScopeWholeSubtree, everything},
		{"", ldap.ScopeSingleLevel, []string{base}},
		{"", ldap.ScopeWholeSubtree, everything},
		{people, ldap.ScopeBaseObject, []string{people}},
		{people, ldap.ScopeSingleLevel, persons},
		{people, ldap.ScopeWholeSubtree, append([]string{people}, persons...)},
		{groups, ldap.ScopeSingleLevel, []string{staff}},
		{timDN, ldap.ScopeBaseObject, []string{timDN}},
		{timDN, ldap.ScopeSingleLevel, []string{}},
		{timDN, ldap.ScopeWholeSubtree, []string{timDN}},
		{oddDN, ldap.ScopeBaseObject, []string{oddDN}},
		{`UID=Odd\2C  NAME\2bx,OU=People,` + base, ldap.ScopeBaseObject, []string{oddDN}},
		{staff, ldap.ScopeBaseObject, []string{staff}},
		{schemaDN, ldap.ScopeWholeSubtree, []string{schemaDN}},
		{schemaDN, ldap.ScopeSingleLevel, []string{}},
	} {
		slices.Sort(x.want)
		require.Equal(t, x.want, names(t, c, query(x.dn, x.scope, "(objectClass=*)")), "%s %d", x.dn, x.scope)
	}
	for dn, matched := range map[string]string{
		"uid=nobody,ou=people," + base:      people,
		"uid=gone,ou=people," + base:        people, // disabled
		"cn=tim,ou=people," + base:          people,
		"cn=x," + timDN:                     people,
		"uid=tim,ou=groups," + base:         groups,
		"ou=nothing," + base:                base,
		"dc=org":                            "",
		"c=US":                              "",
		"uid=tim+cn=tim,ou=people," + base:  people,
		`uid=tim\,ou\=people,` + base:       base,
		"uid=tim,ou=people,dc=example,c=DE": "",
	} {
		for _, scope := range []int{ldap.ScopeBaseObject, ldap.ScopeSingleLevel, ldap.ScopeWholeSubtree} {
			_, err := c.Search(query(dn, scope, "(objectClass=*)"))
			requireCode(t, ldap.LDAPResultNoSuchObject, err)
			e, _ := errors.AsType[*ldap.Error](err)
			require.Equal(t, matched, e.MatchedDN, dn)
		}
	}
	_, err := c.Search(query("nonsense", ldap.ScopeBaseObject, "(objectClass=*)"))
	requireCode(t, ldap.LDAPResultInvalidDNSyntax, err)
	_, err = c.Search(query("cn="+strings.Repeat("x", maxDN), ldap.ScopeBaseObject, "(objectClass=*)"))
	requireCode(t, ldap.LDAPResultInvalidDNSyntax, err)
}

// TestFilters uses the filters that address books send, and those of RFC 4515.
func TestFilters(t *testing.T) {
	c := start(t, open).dial()
	tim, ann, odd, all := []string{timDN}, []string{annDN}, []string{oddDN}, []string{annDN, oddDN, timDN}
	none := []string{}
	for filter, want := range map[string][]string{
		"(uid=tim)":                       tim,
		"(UserID=TIM)":                    tim,
		"(0.9.2342.19200300.100.1.1=tim)": tim,
		"(cn=tim  tester)":                tim,
		"(cn= Tim Tester )":               tim,
		"(displayName=ann m\\c3\\bcller)": ann,
		"(sn=MU\\cc\\88LLER)":             ann, // U and a combining diaeresis
		"(cn=odd one)":                    odd,
		"(sn=one)":                        odd, // the last word
		"(cn~=TIM TESTER)":                tim,
		"(telephoneNumber=+493012345)":    tim,
		"(telephoneNumber=+49-30*)":       tim,
		"(mail=sales@*)":                  tim,
		"(proxyAddresses=smtp:ann@*)":     ann,
		"(mail=*)":                        {staff, annDN, timDN},
		"(!(mail=*))":                     {base, "ou=groups," + base, "ou=people," + base, oddDN},
		"(cn=*st*)":                       {staff, timDN},
		"(cn=t*m*t*r)":                    tim,
		"(cn=t*m*r*t)":                    none,
		"(cn=tim *)":                      tim,
		"(cn=tim  *)":                     tim,
		"(cn=tim t*)":                     tim,
		"(cn=*t*t*t*t*)":                  none,
		"(uid>=o)":                        {oddDN, timDN},
		"(uid<=o)":                        ann,
		"(objectClass=inetOrgPerson)":     all,
		"(objectClass=2.5.6.6)":           all,
		"(objectClass=groupOfNames)":      {staff},
		"(objectClass>=a)":                none,
		"(member=UID=tim,ou=People, dc=EXAMPLE,dc=org)": {staff},
		"(member=uid=gone,ou=people," + base + ")":      none,
		"(member=nonsense)":                             none,
		"(rfc822MailMember=far@example.net)":            {staff},
		"(entryDN=" + timDN + ")":                       tim,
		"(&)":                                           append([]string{base, "ou=groups," + base, "ou=people," + base, staff}, all...),
		"(|)":                                           none,
		"(&(mail=*)(|(mail=ti*)(cn=ti*)(sn=ti*)(givenName=ti*)(displayName=ti*)))": tim, // Thunderbird, Outlook Express
		"(&(mail=*)(|(cn=All*)(mailNickname=all*)(rdn=all*)))":                     {staff},
		"(userPassword=*)":        none,
		"(!(userPassword=*))":     none, // what is not known is not known to be false either
		"(|(unknown=1)(uid=tim))": tim,
		"(&(unknown=1)(uid=tim))": none,
		"(uid=gone)":              none,
		"(mail=gone@example.org)": none,
		"(uid;lang-de=tim)":       none,
	} {
		slices.Sort(want)
		require.Equal(t, want, names(t, c, sub(filter)), filter)
	}
	_, err := c.Search(sub("(cn:caseExactMatch:=Tim)"))
	requireCode(t, ldap.LDAPResultInappropriateMatching, err)
}

func attributeNamesOf(e *ldap.Entry) []string {
	var l []string
	for _, a := range e.Attributes {
		l = append(l, a.Name)
	}
	slices.Sort(l)
	return l
}

func TestAttributes(t *testing.T) {
	c := start(t, open).dial()
	get := func(dn string, types bool, attributes ...string) *ldap.Entry {
		q := query(dn, ldap.ScopeBaseObject, "(objectClass=*)", attributes...)
		q.TypesOnly = types
		r, err := c.Search(q)
		require.NoError(t, err)
		require.Len(t, r.Entries, 1)
		return r.Entries[0]
	}
	user := []string{"cn", "company", "department", "displayName", "givenName", "mail", "mailNickname", "o", "objectClass", "ou", "proxyAddresses", "rdn", "sn", "telephoneNumber", "uid"}
	operational := []string{"entryDN", "subschemaSubentry"}
	require.Equal(t, user, attributeNamesOf(get(timDN, false)))
	require.Equal(t, user, attributeNamesOf(get(timDN, false, "*")))
	require.Equal(t, operational, attributeNamesOf(get(timDN, false, "+")))
	require.Len(t, get(timDN, false, "*", "+").Attributes, len(user)+len(operational))
	require.Empty(t, get(timDN, false, "1.1").Attributes)
	require.Equal(t, []string{"mail"}, attributeNamesOf(get(timDN, false, "1.1", "MAIL", "userPassword", "mail;binary", "rfc822mailbox")))

	e := get(timDN, false)
	for name, want := range map[string][]string{
		"cn": {"Tim Tester"}, "sn": {"Tester"}, "givenName": {"Tim"}, "mail": {"tim@example.org", "sales@example.org"},
		"uid": {"tim"}, "ou": {"Sales"}, "department": {"Sales"}, "o": {"Example"}, "company": {"Example"},
		"proxyAddresses": {"SMTP:tim@example.org", "smtp:sales@example.org"}, "telephoneNumber": {"+49 30 1234-5"},
		"objectClass": {"top", "person", "organizationalPerson", "inetOrgPerson", "extensibleObject"},
	} {
		require.Equal(t, want, e.GetAttributeValues(name), name)
	}
	e = get(timDN, true, "mail", "sn")
	require.Equal(t, []string{"mail", "sn"}, attributeNamesOf(e))
	require.Empty(t, e.GetAttributeValues("mail"))

	e = get(staff, false)
	require.Equal(t, []string{timDN, annDN}, e.GetAttributeValues("member"))
	require.Equal(t, []string{"staff", "All Staff"}, e.GetAttributeValues("cn"))
	require.Empty(t, e.GetAttributeValues("uid"))
	e = get(oddDN, false)
	require.Equal(t, "odd, name+x", e.GetAttributeValue("uid"))
	require.Equal(t, "o", attributeNamesOf(get(base, false, "o"))[0])
	require.Equal(t, []string{"subschemaSubentry"}, attributeNamesOf(get("", false, "subschemaSubentry")))
}

func TestSizeLimit(t *testing.T) {
	c := start(t, func(s *Server) { s.AnonymousRead, s.People, s.MaxResults = true, crowd(50), 10 }).dial()
	for want, limit := range map[int]int{3: 3, 10: 0, 9: 9} {
		q := sub("(uid=*)", "mail")
		q.SizeLimit = limit
		r, err := c.Search(q)
		requireCode(t, ldap.LDAPResultSizeLimitExceeded, err)
		require.Len(t, r.Entries, want)
	}
	q := sub("(uid=user00042)")
	q.SizeLimit = 1
	require.Len(t, names(t, c, q), 1, "as many as there are is not too many")
	require.Len(t, names(t, c, sub("(uid=user0000*)")), 10)
}

func TestReadFails(t *testing.T) {
	i := start(t, func(s *Server) { s.AnonymousRead, s.People = true, failing{office, errors.New("disk on fire")} })
	r, err := i.dial().Search(sub("(uid=tim)"))
	requireCode(t, ldap.LDAPResultUnavailable, err)
	require.NotContains(t, err.Error(), "fire")
	require.Empty(t, r.Entries, "part of a list is none")
	require.Contains(t, i.log.String(), "disk on fire")
}

func TestCompare(t *testing.T) {
	c := start(t, nil).login()
	for _, x := range []struct {
		dn, name, value string
		want            bool
	}{
		{timDN, "mail", "SALES@example.org", true},
		{timDN, "mail", "ann@example.org", false},
		{timDN, "cn", "tim  tester", true},
		{staff, "member", "UID=ann,ou=people," + base, true},
		{staff, "member", "nonsense", false},
		{base, "objectClass", "organization", true},
		{"", "supportedLDAPVersion", "3", true},
	} {
		got, err := c.Compare(x.dn, x.name, x.value)
		require.NoError(t, err, x)
		require.Equal(t, x.want, got, x)
	}
	for code, x := range map[uint16][2]string{
		ldap.LDAPResultNoSuchAttribute:        {oddDN, "mail"},
		ldap.LDAPResultUndefinedAttributeType: {timDN, "userPassword"},
		ldap.LDAPResultNoSuchObject:           {"uid=gone,ou=people," + base, "uid"},
		ldap.LDAPResultInvalidDNSyntax:        {"nonsense", "uid"},
	} {
		_, err := c.Compare(x[0], x[1], "gone")
		requireCode(t, code, err)
	}
}

func TestReadOnly(t *testing.T) {
	c := start(t, nil).login()
	add := ldap.NewAddRequest("uid=x,ou=people,"+base, nil)
	add.Attribute("uid", []string{"x"})
	change := ldap.NewModifyRequest(timDN, nil)
	change.Replace("userPassword", []string{"x"})
	for _, err := range []error{
		c.Add(add), c.Modify(change), c.Del(ldap.NewDelRequest(timDN, nil)),
		c.ModifyDN(ldap.NewModifyDNRequest(timDN, "uid=y", true, "")),
	} {
		requireCode(t, ldap.LDAPResultUnwillingToPerform, err)
		require.ErrorContains(t, err, "reading only")
	}
}

func TestRootAndSchema(t *testing.T) {
	c := start(t, func(s *Server) { s.Auth.AllowInsecure = false }).dial()
	r, err := c.Search(query("", ldap.ScopeBaseObject, "(objectClass=*)", "*", "+"))
	require.NoError(t, err)
	root := r.Entries[0]
	for name, want := range map[string][]string{
		"namingContexts": {base}, "supportedLDAPVersion": {"3"}, "supportedExtension": {whoAmI, startTLS},
		"supportedControl": {pagedResults, sortRequest}, "vendorName": {"wirepost"}, "subschemaSubentry": {schemaDN},
		"supportedFeatures": {allOperational, trueFalse},
	} {
		require.Equal(t, want, root.GetAttributeValues(name), name)
	}
	require.Empty(t, root.GetAttributeValues("supportedSASLMechanisms"), "PLAIN needs TLS")

	c = start(t, nil).dial()
	r, err = c.Search(query("", ldap.ScopeBaseObject, "(objectClass=*)", "supportedSASLMechanisms"))
	require.NoError(t, err)
	require.Contains(t, r.Entries[0].GetAttributeValues("supportedSASLMechanisms"), "PLAIN")

	r, err = c.Search(query(schemaDN, ldap.ScopeBaseObject, "(objectClass=subschema)", "attributeTypes", "objectClasses"))
	require.NoError(t, err)
	schema := r.Entries[0]
	require.Len(t, schema.GetAttributeValues("attributeTypes"), len(attributes))
	require.Contains(t, schema.GetAttributeValues("attributeTypes"),
		"( 2.5.4.3 NAME ( 'cn' 'commonName' ) EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )")
	require.Contains(t, schema.GetAttributeValues("objectClasses"),
		"( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( telephoneNumber ) )")
}

// TestTables checks what findAttribute and the schema rely on.
func TestTables(t *testing.T) {
	seen := make(map[string]bool)
	once := func(s string) {
		s = strings.ToLower(s)
		require.False(t, seen[s], s)
		seen[s] = true
	}
	for _, a := range attributes {
		once(a.oid)
		for _, name := range a.names() {
			once(name)
			require.Equal(t, a, findAttribute(strings.ToUpper(name)))
		}
		require.False(t, a.get != nil && a.common != nil, a.name)
	}
	for _, c := range classes {
		once(c.oid)
		once(c.name)
		for name := range strings.FieldsSeq(c.must + " " + c.may) {
			require.True(t, name == "$" || findAttribute(name) != nil, "%s in %s", name, c.name)
		}
	}
	for _, o := range operations {
		next := o.tag&^0x20 + 1 // the response's
		if o.tag == 0x63 {
			next++ // behind that of entries
		}
		require.EqualValues(t, next, o.response&^0x20, "%#x", o.tag)
	}
	require.Nil(t, findAttribute("userPassword"))
}
