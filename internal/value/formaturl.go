package value

import "net/url"

// readURL is a url.URL, put together by its own rules.
func readURL(v *Value) (string, error) {
	u := url.URL{
		Scheme: textField(v, "Scheme"), Opaque: textField(v, "Opaque"), Host: textField(v, "Host"),
		Path: textField(v, "Path"), RawPath: textField(v, "RawPath"), RawQuery: textField(v, "RawQuery"),
		Fragment: textField(v, "Fragment"), RawFragment: textField(v, "RawFragment"),
		OmitHost: truthField(v, "OmitHost"), ForceQuery: truthField(v, "ForceQuery"),
	}
	user, err := v.Field("User")
	if err != nil {
		return "", err
	}
	if info, err := user.Deref(); err == nil {
		u.User = url.User(textField(info, "username"))
		if truthField(info, "passwordSet") {
			u.User = url.UserPassword(textField(info, "username"), textField(info, "password"))
		}
	}
	return u.String(), nil
}

func truthField(v *Value, name string) bool {
	n, err := uintField(v, name)
	return err == nil && n != 0
}
