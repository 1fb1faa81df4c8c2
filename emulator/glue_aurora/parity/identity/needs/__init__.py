"""Which actions on which resources each operation of a service needs.

Source: the Service Authorization Reference, one page for each service (service-authorization/latest/reference/).
"""
