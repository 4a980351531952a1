package sqlite

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
)

// unset are fields that columns hold.
var unset = map[string]bool{
	"Message.ID": true, "Message.Body": true,
	"Item.ID": true, "Item.Message": true, "Item.Route": true, "Item.State": true, "Item.Due": true, "Item.Expires": true,
}

// set gives every field below v a value that is not zero, so that a field which is new and not yet in a record shows.
func set(t *testing.T, v reflect.Value, path string, n *int) {
	*n++
	if unset[path] {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text \xff" + time.Duration(*n).String())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int64:
		v.SetInt(int64(*n % 100))
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(*n % 200))
	case reflect.Array:
		for i := range v.Len() {
			set(t, v.Index(i), path, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			set(t, v.Index(i), path, n)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k\x00": "v", "": "w"}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(*n)*1e8, int64(*n)).UTC()))
			return
		}
		for i := range v.NumField() {
			set(t, v.Field(i), path+"."+v.Type().Field(i).Name, n)
		}
	default:
		require.Fail(t, "a record does not know how to keep it", "%s is a %s", path, v.Kind())
	}
}

// TestRecordHasAll checks that no field is lost, those included that somebody adds one day.
func TestRecordHasAll(t *testing.T) {
	var m, gotM queue.Message
	var i, gotI queue.Item
	n := 0
	set(t, reflect.ValueOf(&m).Elem(), "Message", &n)
	set(t, reflect.ValueOf(&i).Elem(), "Item", &n)
	require.Greater(t, n, 50)
	require.NoError(t, decodeMessage(encodeMessage(&m), &gotM))
	require.NoError(t, decodeItem(encodeItem(&i), &gotI))
	require.Equal(t, m, gotM)
	require.Equal(t, i, gotI)
}

// TestStamp checks that columns keep the order of all times, and those of this age exactly.
func TestStamp(t *testing.T) {
	now := time.Now().UTC().Round(0)
	require.Equal(t, now, unstamp(stamp(now)))
	require.True(t, unstamp(stamp(time.Time{})).IsZero())
	times := []time.Time{{}, time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC), time.Unix(0, 0), now, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	for i, at := range times[1:] {
		require.Less(t, stamp(times[i]), stamp(at))
	}
	require.Less(t, stamp(times[4]), int64(math.MaxInt64))
}

// FuzzRecord checks decoders of records:
//
//   - Bounded: whatever they get they do not panic, nor make more of it than a small multiple.
//   - Canonical: what decodes without an error is encoded as the same octets, but for the order of tags and older
//     versions; nothing is dropped on the way.
//   - Round trip: that decodes as the same again.
func FuzzRecord(f *testing.F) {
	var m queue.Message
	var i queue.Item
	n := 0
	for range 2 {
		f.Add(encodeMessage(&m), encodeItem(&i))
		m = entry("b1", "id", "r", "s", time.Unix(1e9, 1)).Message
		m.Tags = map[string]string{"k": "v"}
		i = entry("b1", "id", "r", "s", time.Unix(1e9, 1)).Items[0]
	}
	set(nil, reflect.ValueOf(&m).Elem(), "Message", &n)
	set(nil, reflect.ValueOf(&i).Elem(), "Item", &n)
	f.Add(encodeMessage(&m), encodeItem(&i))
	f.Add(octets(f, messageV1), octets(f, itemV1))
	f.Add([]byte{recordVersion + 1}, []byte{recordVersion, 2, 2, 2, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, message, item []byte) {
		var m, m2 queue.Message
		if decodeMessage(message, &m) == nil {
			again := encodeMessage(&m)
			require.NoError(t, decodeMessage(again, &m2))
			require.Equal(t, m, m2)
			if len(m.Tags) < 2 && message[0] == recordVersion {
				require.LessOrEqual(t, len(again), len(message))
			}
		}
		var i, i2 queue.Item
		if decodeItem(item, &i) == nil {
			require.LessOrEqual(t, len(i.To)*recipientOctets, len(item))
			if item[0] == recordVersion {
				require.Equal(t, item, encodeItem(&i), "canonical")
			}
			require.NoError(t, decodeItem(encodeItem(&i), &i2))
			require.Equal(t, i, i2)
		}
	})
}
