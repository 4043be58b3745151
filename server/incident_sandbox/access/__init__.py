"""Who may do what: users by bearer token, and roles as RBAC evaluates them."""
