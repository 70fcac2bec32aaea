"""Services beside Azure Resource Manager: Microsoft Graph, Partner Center and Power Platform."""
