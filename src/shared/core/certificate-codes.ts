/**
 * Node's codes, and OpenSSL's reasons, of a server's certificate that is not taken, for whatever reason. Source: Node's documentation of
 * tls, version 24.
 */
export const certificateCodes =
  /^CERT_|_CERT_|_CERT$|(^|_)CRL(_|$)|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$|^UNABLE_TO_(VERIFY|DECODE)_/;
