"""Services beside ARM: Microsoft Graph, Partner Center, Dataverse and its discovery service."""
