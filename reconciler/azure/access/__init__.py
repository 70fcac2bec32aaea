"""Access: the requests behind the access check. They only read, with the token of the link."""
