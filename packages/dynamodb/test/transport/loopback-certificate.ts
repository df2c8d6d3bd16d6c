/**
 * A certificate for 127.0.0.1, localhost and dynamodb.test, its own authority, valid until 2126, and its key: no secret, and of
 * no use but to let a test speak TLS with itself. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -addext subjectAltName=IP:127.0.0.1,…`.
 */
export const loopbackCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIB1jCCAXygAwIBAgIUTnPaKfoG+qogW9KcifSckjGXCH8wCgYIKoZIzj0EAwIw
KjEoMCYGA1UEAwwfZHluYWN0IGxvb3BiYWNrIHRlc3QsIG5vIHNlY3JldDAgFw0y
NjExMjIxNDA0NDNaGA8yMTI2MTAyOTE0MDQ0M1owKjEoMCYGA1UEAwwfZHluYWN0
IGxvb3BiYWNrIHRlc3QsIG5vIHNlY3JldDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABGZ2km0Rhuxs6In7JXGWO2K6W4iV96oWMn9lpkaytuA0sDtskMncxdVgM6a8
Zdm84hIs+JrQqt+hGFhWmWuCqNijfjB8MB0GA1UdDgQWBBSubTdsIFl5SrAfiQhO
MuljUh5AcjAfBgNVHSMEGDAWgBSubTdsIFl5SrAfiQhOMuljUh5AcjAPBgNVHRMB
Af8EBTADAQH/MCkGA1UdEQQiMCCHBH8AAAGCCWxvY2FsaG9zdIINZHluYW1vZGIu
dGVzdDAKBggqhkjOPQQDAgNIADBFAiEAld5AZQvk0LKo7rhLaLZUpxyNbgMoLKYv
yM7cW+sCCyMCIAqelm07Eckla1CHy42qdfmh2ZelKDrNVlk3RN4BKKsZ
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZRc86R2y576wvKFM
OUYpPb2meTwcKQsQ/fADwVq9wpOhRANCAARmdpJtEYbsbOiJ+yVxljtiuluIlfeq
FjJ/ZaZGsrbgNLA7bJDJ3MXVYDOmvGXZvOISLPia0KrfoRhYVplrgqjY
-----END PRIVATE KEY-----
`,
}
