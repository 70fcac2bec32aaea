"""What does a first tenants.yaml look like? The text that `init` writes."""

STARTER = """\
# Which customer tenants should carry which partner ID.
#   pal-reconcile validate --without-secrets    checks this file, offline
#   pal-reconcile plan                          shows what Azure has, and what would change
# Every key:  pal-reconcile schema
version: 1
cloud: public                 # public, usgov or china

partners:                     # the only IDs that this file may link
  our-location:
    id: "1234567"             # in quotes; Partner Center: the Associated PartnerID of a location
    name: Contoso Consulting  # what Azure must answer as its name; a typo in the ID is found by it

identities:                   # how to sign in; a secret never stands in this file
  automation:
    kind: client_secret       # or client_certificate, or azure_cli
    client_id: 11111111-1111-1111-1111-111111111111   # your multi-tenant app registration
    secret: {env: PAL_AUTOMATION_SECRET}              # or {file: path/to/the/secret}

defaults:                     # for every tenant that says nothing else
  partner: our-location
  identities: [automation]

tenants:                      # one entry for each customer; replace these two
  - name: Fabrikam
    tenant: 22222222-2222-2222-2222-222222222222      # the directory's GUID
    tags: [emea]              # to select by: plan --only tag:emea
  - name: Northwind
    tenant: northwind.example # or a domain that is verified there
    state: unmanaged          # read and shown, never written; take this line out to link it
"""
